// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// Reads big-endian fields one after the other; reading past the end throws an error that names the field.
struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// How many octets are left.
    var available: Int { bytes.endIndex - position }

    /// Everything that is left.
    var rest: ArraySlice<UInt8> { bytes[position...] }

    private func check(_ count: Int, _ field: @autoclosure () -> String) throws(DHCPWireError) {
        guard count >= 0, available >= count else {
            throw .truncated(field: field(), needed: count, available: available)
        }
    }

    mutating func uint8(_ field: @autoclosure () -> String) throws(DHCPWireError) -> UInt8 {
        try check(1, field())
        defer { position += 1 }
        return bytes[position]
    }

    mutating func uint16(_ field: @autoclosure () -> String) throws(DHCPWireError) -> UInt16 {
        try check(2, field())
        defer { position += 2 }
        return UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
    }

    mutating func uint32(_ field: @autoclosure () -> String) throws(DHCPWireError) -> UInt32 {
        UInt32(truncatingIfNeeded: try number(4, field()))
    }

    mutating func uint64(_ field: @autoclosure () -> String) throws(DHCPWireError) -> UInt64 { try number(8, field()) }

    mutating func address(_ field: @autoclosure () -> String) throws(DHCPWireError) -> IPv4Address {
        IPv4Address(bits: try uint32(field()))
    }

    mutating func mac(_ field: @autoclosure () -> String) throws(DHCPWireError) -> MACAddress {
        MACAddress(bits: try number(6, field()))
    }

    /// A number of up to eight octets, for which there is one check.
    @inline(__always)
    private mutating func number(_ count: Int, _ field: @autoclosure () -> String) throws(DHCPWireError) -> UInt64 {
        try check(count, field())
        defer { position += count }
        var number: UInt64 = 0
        for octet in bytes[position..<position + count] { number = number << 8 | UInt64(octet) }
        return number
    }

    mutating func slice(_ count: Int, _ field: @autoclosure () -> String) throws(DHCPWireError) -> ArraySlice<UInt8> {
        try check(count, field())
        defer { position += count }
        return bytes[position..<position + count]
    }
}

extension [UInt8] {
    mutating func append(bigEndian value: UInt16) {
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    mutating func append(bigEndian value: UInt32) {
        append(bigEndian: UInt16(truncatingIfNeeded: value >> 16))
        append(bigEndian: UInt16(truncatingIfNeeded: value))
    }

    mutating func append(bigEndian value: UInt64) {
        append(bigEndian: UInt32(truncatingIfNeeded: value >> 32))
        append(bigEndian: UInt32(truncatingIfNeeded: value))
    }
}
