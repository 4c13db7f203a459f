// SPDX-License-Identifier: GPL-3.0-or-later

/// Takes the NUL-terminated fields of a packet one after the other.
struct FieldReader {
    private var position = 0

    /// The next field of the packet, or `nil` at its end. The last field may lack its NUL.
    mutating func next(in bytes: Span<UInt8>) -> (bytes: [UInt8], isTerminated: Bool)? {
        guard position < bytes.count else { return nil }
        var field: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == 0 { return (field, true) }
            field.append(byte)
        }
        return (field, false)
    }
}
