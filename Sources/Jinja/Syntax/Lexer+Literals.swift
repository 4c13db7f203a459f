// SPDX-License-Identifier: GPL-3.0-or-later

extension Lexer {
    // MARK: - Numbers

    mutating func scanNumber() throws(JinjaSyntaxError) {
        let start = current
        if let end = endOfFloat(from: start) {
            let text = String(decoding: source[start..<end].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
            advance(to: end)
            append(.float(Double(text) ?? .infinity), from: start, to: end)
            return
        }
        let (digits, radix, end) = integer(from: start)
        guard let number = Int(digits, radix: radix) else {
            throw failure(at: start, "the number is outside the range of 64-bit integers")
        }
        advance(to: end)
        append(.integer(number), from: start, to: end)
    }

    /// The end of the digits from here, with single underscores between them, or `nil` without a digit.
    private func endOfDigits(from start: Int) -> Int? {
        var position = start
        var end: Int?
        while let byte = byte(at: position) {
            if isDigit(byte) {
                position += 1
                end = position
            } else if byte == UInt8(ascii: "_"), end == position, let next = self.byte(at: position + 1), isDigit(next) {
                position += 1
            } else {
                break
            }
        }
        return end
    }

    private func endOfFloat(from start: Int) -> Int? {
        // A number right behind a dot is an index, as in `item.0.5`.
        if start > 0, source[start - 1] == UInt8(ascii: ".") { return nil }
        guard let whole = endOfDigits(from: start) else { return nil }
        var end = whole
        var isFloat = false
        if byte(at: end) == UInt8(ascii: "."), let fraction = endOfDigits(from: end + 1) {
            end = fraction
            isFloat = true
        }
        if let marker = byte(at: end), marker | 0x20 == UInt8(ascii: "e") {
            var digits = end + 1
            if let sign = byte(at: digits), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { digits += 1 }
            if let exponent = endOfDigits(from: digits) { return exponent }
        }
        return isFloat ? end : nil
    }

    private func integer(from start: Int) -> (digits: String, radix: Int, end: Int) {
        if source[start] == UInt8(ascii: "0"), let marker = byte(at: start + 1) {
            let radix =
                switch marker | 0x20 {
                case UInt8(ascii: "b"): 2
                case UInt8(ascii: "o"): 8
                case UInt8(ascii: "x"): 16
                default: 0
                }
            if radix > 0 {
                let (digits, end) = prefixedDigits(from: start + 2, radix: radix)
                if !digits.isEmpty { return (digits, radix, end) }
            }
            // Leading zeros are no number in Python; the rest becomes a second token, which the parser refuses.
            var end = start + 1
            while let next = byte(at: end) {
                if next == UInt8(ascii: "0") {
                    end += 1
                } else if next == UInt8(ascii: "_"), byte(at: end + 1) == UInt8(ascii: "0") {
                    end += 2
                } else {
                    break
                }
            }
            return ("0", 10, end)
        }
        let end = endOfDigits(from: start) ?? start + 1
        return (String(decoding: source[start..<end].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self), 10, end)
    }

    private func prefixedDigits(from start: Int, radix: Int) -> (digits: String, end: Int) {
        var digits: [UInt8] = []
        var position = start
        while var next = byte(at: position) {
            var width = 1
            if next == UInt8(ascii: "_"), let after = byte(at: position + 1) {
                next = after
                width = 2
            }
            guard let value = hexValue(next), value < radix else { break }
            digits.append(next)
            position += width
        }
        return (String(decoding: digits, as: UTF8.self), position)
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private func hexValue(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte) - 48
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte) - 87
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte) - 55
        default: nil
        }
    }

    // MARK: - Strings

    mutating func scanString(quote: UInt8) throws(JinjaSyntaxError) {
        let start = current
        var text: [UInt8] = []
        var position = start + 1
        while true {
            guard let byte = byte(at: position) else {
                throw failure(at: start, "the string is not closed; \(quote == UInt8(ascii: "'") ? "\"'\"" : "'\"'") was expected")
            }
            if byte == quote { break }
            if byte == UInt8(ascii: "\\") {
                position = try scanEscape(at: position, into: &text)
            } else {
                text.append(byte)
                position += 1
            }
        }
        advance(to: position + 1)
        append(.string(String(decoding: text, as: UTF8.self)), from: start, to: position + 1)
    }

    /// Takes one escape of a string, as Python's `unicode-escape` does, and gives the index behind it.
    private func scanEscape(at start: Int, into text: inout [UInt8]) throws(JinjaSyntaxError) -> Int {
        guard let marker = byte(at: start + 1) else { return start + 1 }
        switch marker {
        case 0x0A: break
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): text.append(marker)
        case UInt8(ascii: "a"): text.append(0x07)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "v"): text.append(0x0B)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            var value = 0
            var end = start + 1
            while end < start + 4, let digit = byte(at: end), let octal = hexValue(digit), octal < 8 {
                value = value * 8 + octal
                end += 1
            }
            try append(scalar: value, at: start, to: &text)
            return end
        case UInt8(ascii: "x"): return try scanHexEscape(at: start, digits: 2, into: &text)
        case UInt8(ascii: "u"): return try scanHexEscape(at: start, digits: 4, into: &text)
        case UInt8(ascii: "U"): return try scanHexEscape(at: start, digits: 8, into: &text)
        case UInt8(ascii: "N"): throw failure(at: start, "'\\N{…}' is not supported; write the character or '\\u' with its number")
        case 0x80...:
            // Jinja2 first turns the character into an escape of its own, whose backslash this one escapes.
            let (scalar, end) = scalar(at: start + 1)
            let hex = String(scalar.value, radix: 16)
            let width = hex.utf8.count <= 2 ? 2 : hex.utf8.count <= 4 ? 4 : 8
            text.append(contentsOf: (width == 2 ? "\\x" : width == 4 ? "\\u" : "\\U").utf8)
            text.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: width - hex.utf8.count))
            text.append(contentsOf: hex.utf8)
            return end
        default:
            text.append(UInt8(ascii: "\\"))
            text.append(marker)
        }
        return start + 2
    }

    private func scanHexEscape(at start: Int, digits: Int, into text: inout [UInt8]) throws(JinjaSyntaxError) -> Int {
        var value = 0
        for position in (start + 2)..<(start + 2 + digits) {
            guard let digit = byte(at: position), let hex = hexValue(digit) else {
                throw failure(at: start, "the escape needs \(digits) hexadecimal digits")
            }
            value = value * 16 + hex
        }
        try append(scalar: value, at: start, to: &text)
        return start + 2 + digits
    }

    private func append(scalar value: Int, at start: Int, to text: inout [UInt8]) throws(JinjaSyntaxError) {
        guard let scalar = Unicode.Scalar(UInt32(truncatingIfNeeded: value)) else {
            throw failure(at: start, "the escape names no Unicode character")
        }
        text.append(contentsOf: String(scalar).utf8)
    }
}
