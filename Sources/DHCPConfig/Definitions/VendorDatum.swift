// SPDX-License-Identifier: GPL-3.0-or-later

/// One thing that a client says in its maker's own words: in option 43, 124 or 125, or in a vendor class in binary form.
public struct VendorDatum: Sendable, Hashable {
    /// The maker's number in the IANA's list of private enterprises; `nil` in option 43, which names none.
    public let enterprise: UInt32?
    /// The number of the sub-option; `nil` for all that stands under the enterprise's number or in option 43.
    public let code: UInt8?
    /// The value.
    public let value: [UInt8]

    /// Makes a datum.
    public init(enterprise: UInt32?, code: UInt8?, value: some Collection<UInt8>) {
        self.enterprise = enterprise
        self.code = code
        self.value = Array(value)
    }

    /// Whether it is the maker's OUI by TR-111, as six hexadecimal digits.
    public var isManufacturer: Bool { enterprise == TR111.enterprise && code == TR111.manufacturerOUI && value.count == 6 }

    /// Data that are read of one option; a phone sends a dozen.
    private static let maximumCount = 64
    /// Octets that are read of one option, which can come in parts.
    private static let maximumLength = 1_024

    /// What option 43 tells (RFC 2132, 8.4): the whole value, and sub-options if it has that form.
    public static func vendorOptions(_ value: ArraySlice<UInt8>) -> [VendorDatum] {
        let value = value.prefix(maximumLength)
        return [VendorDatum(enterprise: nil, code: nil, value: value)] + suboptions(of: value, enterprise: nil, padding: true)
    }

    /// What option 124 or 125 tells (RFC 3925, 3 and 4): for each enterprise the whole value, and sub-options if it has that form.
    ///
    /// What comes after an entry that is cut off or broken is left out.
    public static func enterprises(_ value: ArraySlice<UInt8>) -> [VendorDatum] {
        var data: [VendorDatum] = []
        var rest = value.prefix(maximumLength)
        while data.count < maximumCount, rest.count >= 5 {
            let enterprise = rest.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            rest = rest.dropFirst(4)
            guard let length = rest.popFirst(), rest.count >= Int(length) else { break }
            let part = rest.prefix(Int(length))
            rest = rest.dropFirst(Int(length))
            data.append(VendorDatum(enterprise: enterprise, code: nil, value: part))
            data += suboptions(of: part, enterprise: enterprise, padding: false)
        }
        return data
    }

    /// What a vendor class (option 60) tells that has the form of RFC 3925, as Polycom's has: text never begins with a zero.
    static func vendorClass(_ value: [UInt8]) -> [VendorDatum] {
        value.first == 0 ? enterprises(value[...]) : []
    }

    private static func suboptions(of value: ArraySlice<UInt8>, enterprise: UInt32?, padding: Bool) -> [VendorDatum] {
        var data: [VendorDatum] = []
        var rest = value
        while data.count < maximumCount, let code = rest.popFirst() {
            if padding, code == 0 { continue }
            // Polycom ends its list as option 43 is ended; no definition has a sub-option of that number.
            if code == 255 { return data }
            // Text is no list of sub-options.
            guard let length = rest.popFirst(), rest.count >= Int(length) else { return [] }
            data.append(VendorDatum(enterprise: enterprise, code: code, value: rest.prefix(Int(length))))
            rest = rest.dropFirst(Int(length))
        }
        return data
    }
}

/// How a device names its kind to a gateway: option 125 under the Broadband Forum's number (TR-111, 3.1 and 3.2).
enum TR111 {
    static let enterprise: UInt32 = 3561
    /// The OUI of the maker, as six hexadecimal digits.
    static let manufacturerOUI: UInt8 = 1
    static let serialNumber: UInt8 = 2
    /// What the maker calls this kind of device.
    static let productClass: UInt8 = 3
}

extension [VendorDatum] {
    /// The OUI of the maker that a device names by TR-111.
    var manufacturer: [UInt8]? {
        guard let value = tr111(TR111.manufacturerOUI), value.count == 6, value.first != UInt8(ascii: "+"), let number = UInt32(String(decoding: value, as: UTF8.self), radix: 16)
        else { return nil }
        return [UInt8(truncatingIfNeeded: number >> 16), UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
    }

    /// The kind of device by TR-111.
    var productClass: [UInt8]? { tr111(TR111.productClass)?.droppingTrailingNULs }

    private func tr111(_ code: UInt8) -> [UInt8]? { first { $0.enterprise == TR111.enterprise && $0.code == code }?.value }
}
