// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a text is not JSON.
public struct JinjaJSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The offset in bytes at which reading stopped.
    public let offset: Int
    /// What was wrong or expected there.
    public let reason: String

    public var description: String { "byte \(offset): \(reason)" }
}

extension JinjaValue {
    /// Reads JSON (RFC 8259); objects keep the order of their keys.
    ///
    /// A number without fraction and exponent becomes an integer, as it does in Python; one outside the range of 64 bits is refused.
    public init(json bytes: [UInt8]) throws(JinjaJSONError) {
        var reader = JSONReader(bytes: bytes)
        self = try reader.readDocument()
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func readDocument() throws(JinjaJSONError) -> JinjaValue {
        let value = try readValue()
        skipSpace()
        if index < bytes.count { throw failure("nothing more was expected") }
        return value
    }

    private func failure(_ reason: String) -> JinjaJSONError { JinjaJSONError(offset: index, reason: reason) }

    private mutating func skipSpace() {
        while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ text: String) -> Bool {
        guard bytes[index...].starts(with: text.utf8) else { return false }
        index += text.utf8.count
        return true
    }

    private mutating func readValue() throws(JinjaJSONError) -> JinjaValue {
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): return .dict(try readObject())
        case UInt8(ascii: "["): return .list(JinjaList(try readArray()))
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t") where take("true"): return .bool(true)
        case UInt8(ascii: "f") where take("false"): return .bool(false)
        case UInt8(ascii: "n") where take("null"): return .null
        case UInt8(ascii: "-"), .some(0x30...0x39): return try readNumber()
        default: throw failure("a value was expected")
        }
    }

    private mutating func enter() throws(JinjaJSONError) {
        depth += 1
        if depth > RenderLimits.valueDepth { throw failure("values are nested more than \(RenderLimits.valueDepth) levels deep") }
        index += 1
        skipSpace()
    }

    private mutating func readArray() throws(JinjaJSONError) -> [JinjaValue] {
        try enter()
        defer { depth -= 1 }
        var values: [JinjaValue] = []
        if current == UInt8(ascii: "]") {
            index += 1
            return values
        }
        while true {
            values.append(try readValue())
            if try isEnd(UInt8(ascii: "]")) { return values }
        }
    }

    private mutating func readObject() throws(JinjaJSONError) -> JinjaDict {
        try enter()
        defer { depth -= 1 }
        var dict = JinjaDict()
        if current == UInt8(ascii: "}") {
            index += 1
            return dict
        }
        while true {
            skipSpace()
            if current != UInt8(ascii: "\"") { throw failure("a key was expected") }
            let key = try readString()
            skipSpace()
            if current != UInt8(ascii: ":") { throw failure("':' was expected") }
            index += 1
            dict[key] = try readValue()
            if try isEnd(UInt8(ascii: "}")) { return dict }
        }
    }

    private mutating func isEnd(_ close: UInt8) throws(JinjaJSONError) -> Bool {
        skipSpace()
        guard let byte = current, byte == close || byte == UInt8(ascii: ",") else {
            throw failure("',' or '\(Character(UnicodeScalar(close)))' was expected")
        }
        index += 1
        return byte == close
    }

    private mutating func readNumber() throws(JinjaJSONError) -> JinjaValue {
        let start = index
        while let byte = current, (0x30...0x39).contains(byte) || "+-.eE".utf8.contains(byte) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if let number = Int(text) { return .int(number) }
        // A rounded number would be written otherwise than Python writes it.
        guard text.utf8.contains(where: { ".eE".utf8.contains($0) }) || Double(text) == nil else {
            index = start
            throw failure("the integer is outside the range of 64 bits")
        }
        guard let number = Double(text) else {
            index = start
            throw failure("a number was expected")
        }
        return .double(number)
    }

    private mutating func readString() throws(JinjaJSONError) -> String {
        index += 1
        var text: [UInt8] = []
        while let byte = current {
            index += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            if byte < 0x20 { throw failure("a control character stands in a string") }
            if byte == UInt8(ascii: "\\") {
                try readEscape(into: &text)
            } else {
                text.append(byte)
            }
        }
        throw failure("the string is not closed")
    }

    private mutating func readEscape(into text: inout [UInt8]) throws(JinjaJSONError) {
        guard let marker = current else { throw failure("the string is not closed") }
        index += 1
        switch marker {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(marker)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var value = try readHex()
            if (0xD800..<0xDC00).contains(value), take("\\u") {
                let low = try readHex()
                guard (0xDC00..<0xE000).contains(low) else { throw failure("half of a surrogate pair is missing") }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(value) else { throw failure("half of a surrogate pair is missing") }
            text.append(contentsOf: String(scalar).utf8)
        default: throw failure("the escape is not known")
        }
    }

    private mutating func readHex() throws(JinjaJSONError) -> UInt32 {
        let end = index + 4
        guard end <= bytes.count, let value = UInt32(String(decoding: bytes[index..<end], as: UTF8.self), radix: 16) else {
            throw failure("four hexadecimal digits were expected")
        }
        index = end
        return value
    }
}
