// SPDX-License-Identifier: GPL-3.0-or-later

/// A reading position in bytes that never reads past their end.
struct ByteScanner {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    var peek: UInt8? { rest.first }

    mutating func next() -> UInt8? {
        rest.popFirst()
    }

    /// Takes `byte` if it comes next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    /// Takes the longest run of bytes for which `matches` holds.
    mutating func take(while matches: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let run = rest.prefix(while: matches)
        rest = rest[run.endIndex...]
        return run
    }

    /// Skips white space. Header values are unfolded before they are scanned, so that
    /// linear white space is spaces and tabs here.
    mutating func skipSpace() {
        rest = rest.drop(while: SIPGrammar.isSpace)
    }

    /// Takes `byte` with white space around it, as `SEMI`, `EQUAL`, `COMMA` and `SLASH` allow.
    mutating func takeSeparator(_ byte: UInt8) -> Bool {
        let start = rest
        skipSpace()
        guard take(byte) else {
            rest = start
            return false
        }
        skipSpace()
        return true
    }

    /// Takes a `token`; `nil` if none comes next.
    mutating func takeToken() -> String? {
        let token = take(while: SIPGrammar.isToken)
        return token.isEmpty ? nil : String(decoding: token, as: UTF8.self)
    }

    /// Takes decimal digits as a number; `nil` without digits or if the number does not fit.
    mutating func takeNumber<Number: FixedWidthInteger>(_: Number.Type = Number.self) -> Number? {
        let digits = take(while: SIPGrammar.isDigit)
        guard !digits.isEmpty else { return nil }
        var number: Number = 0
        for digit in digits {
            let (shifted, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.addingReportingOverflow(Number(digit &- UInt8(ascii: "0")))
            if overflow || carry { return nil }
            number = sum
        }
        return number
    }

    /// Takes a `quoted-string` and gives its content without quotes and backslashes;
    /// `nil` if none comes next or its closing quote is missing.
    mutating func takeQuotedString() -> String? {
        guard rest.first == UInt8(ascii: "\"") else { return nil }
        var content: [UInt8] = []
        var index = rest.startIndex + 1
        while index < rest.endIndex {
            switch rest[index] {
            case UInt8(ascii: "\""):
                rest = rest[(index + 1)...]
                return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"):
                // quoted-pair: the byte after the backslash stands for itself.
                index += 1
                guard index < rest.endIndex, rest[index] < 0x80 else { return nil }
                content.append(rest[index])
            case let byte:
                content.append(byte)
            }
            index += 1
        }
        return nil
    }
}
