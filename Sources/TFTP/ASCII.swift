// SPDX-License-Identifier: GPL-3.0-or-later

/// The few ASCII facts that the packet texts need.
enum ASCII {
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let slash: UInt8 = 0x2F
    static let backslash: UInt8 = 0x5C

    /// The letter in lower case; any other byte as it is.
    static func lowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }

    static func equalIgnoringCase(_ one: UInt8, _ other: UInt8) -> Bool {
        lowercased(one) == lowercased(other)
    }

    /// Whether the byte is a control character, which no file name on a phone's wish list contains.
    static func isControl(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F
    }
}
