// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPWire
import ProvModel

extension DHCPObservation {
    /// Notes what else a client says of itself, for people to read: options 61, 81, 93, 124 and 125.
    ///
    /// An option with a value of another form is as good as absent.
    mutating func identify(by options: DHCPOptions) {
        clientID = options[.clientIdentifier]?.clientIdentifierText
        fqdn = ((try? options.clientFQDN) ?? nil).map { ArraySlice($0.name.utf8).readable }
        architectures = ((try? options.clientArchitectures) ?? nil).map { Array($0.prefix(Self.maximumValues)) }
        vendorClasses = ((try? options.vendorIdentifyingClasses) ?? nil)?.prefix(Self.maximumValues).map {
            VendorValue(enterprise: $0.enterprise, value: $0.data.readable)
        }
        let parts = ((try? options.vendorIdentifyingInformation) ?? nil)?.prefix(Self.maximumValues)
        vendorOptions = parts.map { parts in
            let values = parts.flatMap { part in
                ((try? part.suboptions())?.entries ?? []).map {
                    VendorValue(enterprise: part.enterprise, code: $0.code, value: $0.value.readable)
                }
            }
            return Array(values.prefix(Self.maximumValues))
        }
    }

    /// Values kept of one option, which can come in many parts: more than any phone sends.
    private static let maximumValues = 32
}

extension ArraySlice<UInt8> {
    /// Octets of a value that are shown: as many as an option holds in one part.
    private static var maximumShown: Int { 255 }

    /// The octets as text if all are printable ASCII but for zeros at the end, else in hexadecimal such as `01:02`.
    var readable: String {
        let shown = prefix(Self.maximumShown)
        let end = shown.lastIndex { $0 != 0 }.map { $0 + 1 } ?? shown.startIndex
        let text = shown[..<end]
        guard !text.isEmpty, text.allSatisfy({ (0x20...0x7E).contains($0) }) else { return shown.octetsText }
        return String(decoding: text, as: UTF8.self)
    }

    /// A client identifier: the text after type 0 (RFC 2132, 9.14), or all octets.
    fileprivate var clientIdentifierText: String {
        let value = prefix(Self.maximumShown)
        guard value.first == 0, value.count > 1 else { return value.octetsText }
        let text = value.dropFirst()
        return text.allSatisfy { (0x20...0x7E).contains($0) } ? String(decoding: text, as: UTF8.self) : value.octetsText
    }

    private var octetsText: String {
        var text: [UInt8] = []
        text.reserveCapacity(3 * count)
        for octet in self {
            if !text.isEmpty { text.append(UInt8(ascii: ":")) }
            text.append(Self.digit(octet >> 4))
            text.append(Self.digit(octet & 15))
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
}
