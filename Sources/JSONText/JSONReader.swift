// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a text is not JSON, and where.
public struct JSONSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was expected or found.
    public let reason: String
    /// The offset in bytes at which reading stopped.
    public let offset: Int

    public var description: String { "not JSON at byte \(offset): \(reason)" }
}

extension JSONValue {
    /// How deep arrays and objects may nest. Documents of phones nest four deep; the limit keeps the stack bounded.
    public static let maximumDepth = 64

    /// Reads one JSON text (RFC 8259) in UTF-8.
    ///
    /// Of members with one name the last counts. Numbers without fraction or exponent that fit 64 bits are read
    /// as integers.
    ///
    /// - Throws: `JSONSyntaxError` if the bytes are anything else, also if more follows the text.
    public init(parsing bytes: some Collection<UInt8>) throws(JSONSyntaxError) {
        let bytes = Array(bytes)
        var reader = JSONReader(bytes: bytes)
        self = try reader.readText()
    }

    /// Reads one JSON text from a string.
    ///
    /// - Throws: `JSONSyntaxError` if the string is anything else.
    public init(parsing text: String) throws(JSONSyntaxError) { try self.init(parsing: Array(text.utf8)) }
}

struct JSONReader {
    let bytes: [UInt8]
    var offset = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func readText() throws(JSONSyntaxError) -> JSONValue {
        let value = try readValue(depth: 0)
        skipSpace()
        guard offset == bytes.count else { throw error("more text follows the value") }
        return value
    }

    private func error(_ reason: String) -> JSONSyntaxError { JSONSyntaxError(reason: reason, offset: offset) }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private mutating func accept(_ byte: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: byte) else { return false }
        offset += 1
        return true
    }

    private mutating func readValue(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        guard depth <= JSONValue.maximumDepth else { throw error("nested deeper than \(JSONValue.maximumDepth) levels") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return .object(try readObject(depth: depth))
        case UInt8(ascii: "["): return .array(try readArray(depth: depth))
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        case let byte? where byte == UInt8(ascii: "-") || isDigit(byte): return try readNumber()
        case nil: throw error("the text ends where a value is expected")
        default: throw error("a value is expected")
        }
    }

    private mutating func readWord(_ word: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        let text = Array(word.description.utf8)
        guard bytes[offset...].starts(with: text) else { throw error("“\(word)” is expected") }
        offset += text.count
        return value
    }

    private mutating func readObject(depth: Int) throws(JSONSyntaxError) -> JSONObject {
        var object = JSONObject()
        offset += 1
        skipSpace()
        if accept("}") { return object }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error("a member's name in quotes is expected") }
            let name = try readString()
            skipSpace()
            guard accept(":") else { throw error("“:” is expected after a member's name") }
            object[name] = try readValue(depth: depth + 1)
            skipSpace()
        } while accept(",")
        guard accept("}") else { throw error("“,” or “}” is expected") }
        return object
    }

    private mutating func readArray(depth: Int) throws(JSONSyntaxError) -> [JSONValue] {
        var array: [JSONValue] = []
        offset += 1
        skipSpace()
        if accept("]") { return array }
        repeat {
            array.append(try readValue(depth: depth + 1))
            skipSpace()
        } while accept(",")
        guard accept("]") else { throw error("“,” or “]” is expected") }
        return array
    }

    private mutating func readNumber() throws(JSONSyntaxError) -> JSONValue {
        let start = offset
        var isWhole = true
        _ = accept("-")
        guard let first = next, isDigit(first) else { throw error("a digit is expected") }
        if !accept("0") { skipDigits() }
        if accept(".") {
            isWhole = false
            guard let digit = next, isDigit(digit) else { throw error("a digit is expected after “.”") }
            skipDigits()
        }
        if accept("e") || accept("E") {
            isWhole = false
            if !accept("+") { _ = accept("-") }
            guard let digit = next, isDigit(digit) else { throw error("a digit is expected in the exponent") }
            skipDigits()
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isWhole, let value = Int(text) { return .int(value) }
        guard let value = Double(text), value.isFinite else { throw error("the number \(text.prefix(40)) is too large") }
        return .double(value)
    }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private mutating func skipDigits() {
        while let byte = next, isDigit(byte) { offset += 1 }
    }

    private mutating func readString() throws(JSONSyntaxError) -> String {
        offset += 1
        let start = offset
        // Most strings have no escape: they are copied in one piece.
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            guard byte >= 0x20 else { throw error("a control character in a string must be escaped") }
            offset += 1
        }
        guard let end = next else { throw error("the text ends inside a string") }
        if end == UInt8(ascii: "\"") {
            let text = try decode(bytes[start..<offset])
            offset += 1
            return text
        }
        var content = Array(bytes[start..<offset])
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw error("a control character in a string must be escaped") }
            offset += 1
            guard byte == UInt8(ascii: "\\") else {
                content.append(byte)
                continue
            }
            content.append(contentsOf: try readEscape())
        }
        guard accept("\"") else { throw error("the text ends inside a string") }
        return try decode(content[...])
    }

    private func decode(_ content: ArraySlice<UInt8>) throws(JSONSyntaxError) -> String {
        guard let text = String(validating: content, as: UTF8.self) else { throw error("a string is not UTF-8") }
        return text
    }

    private mutating func readEscape() throws(JSONSyntaxError) -> [UInt8] {
        guard let byte = next else { throw error("the text ends inside an escape") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var code = UInt32(try readHexadecimal())
            if (0xD800..<0xDC00).contains(code), accept("\\"), accept("u") {
                let low = UInt32(try readHexadecimal())
                guard (0xDC00..<0xE000).contains(low) else { throw error("a surrogate stands alone") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw error("a surrogate stands alone") }
            return Array(String(Character(scalar)).utf8)
        default: throw error("an unknown escape")
        }
    }

    private mutating func readHexadecimal() throws(JSONSyntaxError) -> UInt16 {
        guard offset + 4 <= bytes.count,
            bytes[offset..<offset + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt16(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
        else { throw error("four hexadecimal digits are expected") }
        offset += 4
        return value
    }
}
