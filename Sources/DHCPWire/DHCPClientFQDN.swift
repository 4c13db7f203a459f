// SPDX-License-Identifier: GPL-3.0-or-later

/// The client's fully qualified name (option 81: RFC 4702).
public struct DHCPClientFQDN: Sendable, Hashable {
    /// The flags N, E, O and S in the low four bits (RFC 4702, 2.1).
    public var flags: UInt8
    /// The name with dots between its labels; it ends in a dot if the client called it complete.
    public var name: String

    /// Reads the value of option 81, with the name as ASCII text or as DNS labels (flag E).
    public init(decoding value: ArraySlice<UInt8>) throws(DHCPWireError) {
        var reader = ByteReader(value)
        flags = try reader.uint8("the flags of option 81")
        // RCODE1 and RCODE2 have been without meaning since RFC 4702.
        _ = try reader.uint16("the return codes of option 81")
        guard flags & 0b100 != 0 else {
            name = textWithoutTrailingZeros(reader.rest)
            return
        }
        var name = ""
        while reader.available > 0 {
            let length = try reader.uint8("a label of option 81")
            if length == 0 { break }
            guard length < 64 else {
                throw .invalid(field: "option 81", reason: "a label has at most 63 octets, not \(length)")
            }
            name += textWithoutTrailingZeros(try reader.slice(Int(length), "a label of option 81")) + "."
        }
        self.name = name
    }
}
