// SPDX-License-Identifier: GPL-3.0-or-later

/// One vendor's part of option 124 or 125 (RFC 3925).
public struct VendorIdentification: Sendable, Hashable {
    /// The vendor's number in the IANA's list of private enterprises.
    public var enterprise: UInt32
    /// The vendor's octets: a class in option 124, sub-options in option 125.
    public var data: ArraySlice<UInt8>

    /// Makes a vendor's part.
    public init(enterprise: UInt32, data: some Collection<UInt8>) {
        self.enterprise = enterprise
        self.data = ArraySlice(data)
    }

    /// The data as text, without zero octets at its end.
    public var text: String { textWithoutTrailingZeros(data) }

    /// The data as the sub-options of option 125.
    public func suboptions() throws(DHCPWireError) -> DHCPSuboptions {
        try DHCPSuboptions(decoding: data, field: "option 125, enterprise \(enterprise)", marks: false)
    }

    /// Reads the parts of all vendors.
    static func decode(_ value: ArraySlice<UInt8>, field: String) throws(DHCPWireError) -> [Self] {
        var reader = ByteReader(value)
        var result: [Self] = []
        while reader.available > 0 {
            let enterprise = try reader.uint32("the enterprise number of \(field)")
            let length = try reader.uint8("the length of enterprise \(enterprise) in \(field)")
            let data = try reader.slice(Int(length), "enterprise \(enterprise) in \(field)")
            result.append(Self(enterprise: enterprise, data: data))
        }
        return result
    }

    /// The octets of an option 124 or 125 with these parts.
    ///
    /// - Throws: `DHCPWireError.tooLong` if one vendor's data has more than 255 octets.
    public static func encode(_ parts: [Self]) throws(DHCPWireError) -> [UInt8] {
        var bytes: [UInt8] = []
        for part in parts {
            guard let length = UInt8(exactly: part.data.count) else {
                throw .tooLong(field: "data of enterprise \(part.enterprise)", count: part.data.count, limit: 255)
            }
            bytes.append(bigEndian: part.enterprise)
            bytes.append(length)
            bytes += part.data
        }
        return bytes
    }
}
