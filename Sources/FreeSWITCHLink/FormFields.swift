// SPDX-License-Identifier: GPL-3.0-or-later

/// The fields of a form as browsers and mod_xml_curl send it (application/x-www-form-urlencoded, WHATWG URL section 5.1).
struct FormFields: Sendable {
    /// The most fields that are read. A dialplan request has one for each variable of a channel, some three hundred.
    private static let maximumFields = 4_000

    private var values: [String: String] = [:]

    /// Reads a form; of two equal names the first counts.
    ///
    /// - Returns: `nil` if it has too many fields, or a percent sign without two digits.
    init?(_ bytes: some Sequence<UInt8>) {
        let pairs = Array(bytes).split(separator: UInt8(ascii: "&"), maxSplits: Self.maximumFields)
        guard pairs.count < Self.maximumFields else { return nil }
        for pair in pairs {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0]), let value = Self.decoded(parts.count > 1 ? parts[1] : []) else { return nil }
            if values[name] == nil { values[name] = value }
        }
    }

    /// The value of a field, or `nil` if it is absent or empty.
    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): result.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
                result.append(high << 4 | low)
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
