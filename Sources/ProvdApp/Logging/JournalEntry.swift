// SPDX-License-Identifier: GPL-3.0-or-later

/// An entry of systemd's journal as its socket takes it (systemd.io/JOURNAL_NATIVE_PROTOCOL).
struct JournalEntry {
    /// The most bytes of one value. A datagram must fit into the socket's buffer, some 200 kB.
    static let maximumValueLength = 8_192
    /// The longest name of a field that the journal takes (systemd.journal-fields(7)).
    private static let maximumNameLength = 64
    /// The most fields: more than any line of the log has.
    private static let maximumFieldCount = 20

    /// The entry's bytes so far.
    private(set) var bytes: [UInt8] = []
    private var fieldCount = 0

    /// Adds a field. A value that has several lines goes with its length, so that it cannot be taken for fields.
    mutating func append(_ name: String, _ value: String) {
        guard fieldCount < Self.maximumFieldCount else { return }
        fieldCount += 1
        let value = Array(value.utf8.prefix(Self.maximumValueLength))
        bytes += name.utf8
        if value.contains(UInt8(ascii: "\n")) {
            bytes.append(UInt8(ascii: "\n"))
            let count = UInt64(value.count)
            for place: UInt64 in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: count >> (8 * place))) }
        } else {
            bytes.append(UInt8(ascii: "="))
        }
        bytes += value
        bytes.append(UInt8(ascii: "\n"))
    }

    /// The name of a field for what the log calls it: `device` is `PROVD_DEVICE`. It holds nothing but capital letters, digits and `_`.
    static func name(_ key: String) -> String {
        let characters = key.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            default: UInt8(ascii: "_")
            }
        }
        return String(decoding: ("PROVD_".utf8 + characters).prefix(maximumNameLength), as: UTF8.self)
    }
}
