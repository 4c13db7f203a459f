// SPDX-License-Identifier: GPL-3.0-or-later

/// The sub-options inside an option: code, length and value after each other.
///
/// Options 43 (RFC 2132, 8.4), 82 (RFC 3046) and 125 (RFC 3925) have this form. Many phones put plain text into
/// option 43 instead, so a failure to decode says only that the value has another form.
public struct DHCPSuboptions: Sendable, Hashable {
    /// One sub-option.
    public struct Entry: Sendable, Hashable {
        /// Its number, which means something only within the enclosing option.
        public var code: UInt8
        /// The octets of its value.
        public var value: ArraySlice<UInt8>

        /// Makes a sub-option.
        public init(_ code: UInt8, _ value: some Collection<UInt8>) {
            self.code = code
            self.value = ArraySlice(value)
        }

        /// The value as text, without zero octets at its end.
        public var text: String { textWithoutTrailingZeros(value) }
    }

    /// The sub-options in their order.
    public var entries: [Entry]

    /// Makes a list of sub-options.
    public init(_ entries: [Entry]) { self.entries = entries }

    /// Reads sub-options.
    ///
    /// - Parameters:
    ///   - value: The octets of the enclosing option.
    ///   - field: Its name, for errors.
    ///   - marks: Whether 0 is padding and 255 ends the list, as in option 43 but not in options 82 and 125.
    public init(decoding value: ArraySlice<UInt8>, field: String, marks: Bool) throws(DHCPWireError) {
        var reader = ByteReader(value)
        var entries: [Entry] = []
        while reader.available > 0 {
            let code = try reader.uint8(field)
            if marks, code == DHCPOptionCode.pad.rawValue { continue }
            if marks, code == DHCPOptionCode.end.rawValue { break }
            let length = try reader.uint8("the length of sub-option \(code) of \(field)")
            entries.append(Entry(code, try reader.slice(Int(length), "sub-option \(code) of \(field)")))
        }
        self.entries = entries
    }

    /// The value of the first sub-option with this number.
    public subscript(code: UInt8) -> ArraySlice<UInt8>? { entries.first { $0.code == code }?.value }

    /// The octets, without an end mark.
    ///
    /// - Throws: `DHCPWireError.tooLong` if a value has more than 255 octets.
    public func encoded() throws(DHCPWireError) -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            guard let length = UInt8(exactly: entry.value.count) else {
                throw .tooLong(field: "sub-option \(entry.code)", count: entry.value.count, limit: 255)
            }
            bytes += [entry.code, length]
            bytes += entry.value
        }
        return bytes
    }
}
