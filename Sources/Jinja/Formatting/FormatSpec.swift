// SPDX-License-Identifier: GPL-3.0-or-later

/// A format such as `>8.2f`, as `str.format` has it between `:` and `}`.
struct FormatSpec {
    var fill: Unicode.Scalar = " "
    var align: Unicode.Scalar?
    var sign: Unicode.Scalar = "-"
    var isAlternate = false
    var width = 0
    var grouping: Unicode.Scalar?
    var precision: Int?
    var type: Unicode.Scalar?

    /// Reads the text between `:` and `}`, or gives `nil` when it is no format.
    init?(_ text: String) {
        var rest = Array(text.unicodeScalars)[...]
        let aligns: Set<Unicode.Scalar> = ["<", ">", "=", "^"]
        if rest.count > 1, aligns.contains(rest[rest.startIndex + 1]) {
            fill = rest.removeFirst()
            align = rest.removeFirst()
        } else if let first = rest.first, aligns.contains(first) {
            align = rest.removeFirst()
        }
        if let first = rest.first, first == "+" || first == "-" || first == " " { sign = rest.removeFirst() }
        if rest.first == "#" {
            isAlternate = true
            rest.removeFirst()
        }
        if rest.first == "0" {
            rest.removeFirst()
            if align == nil {
                fill = "0"
                align = "="
            }
        }
        width = Self.number(&rest) ?? 0
        if let first = rest.first, first == "," || first == "_" { grouping = rest.removeFirst() }
        if rest.first == "." {
            rest.removeFirst()
            guard let number = Self.number(&rest) else { return nil }
            precision = number
        }
        type = rest.popFirst()
        if !rest.isEmpty { return nil }
    }

    /// The digits at the front as a number, which stays far below overflow.
    private static func number(_ rest: inout ArraySlice<Unicode.Scalar>) -> Int? {
        var number: Int?
        while let digit = rest.first, let value = digit.properties.numericValue, digit.isASCII {
            number = min((number ?? 0) * 10 + Int(value), 1 << 40)
            rest.removeFirst()
        }
        return number
    }

    /// The text at the format's width; the sign stays in front of the padding with `=`.
    func padded(_ text: String, sign: String = "", defaultAlign: Unicode.Scalar) -> String {
        let missing = width - text.scalarCount - sign.scalarCount
        if missing <= 0 { return sign + text }
        let fill = String(fill)
        switch align ?? defaultAlign {
        case "<": return sign + text + String(repeating: fill, count: missing)
        case "^":
            return String(repeating: fill, count: missing / 2) + sign + text
                + String(repeating: fill, count: missing - missing / 2)
        case "=": return sign + String(repeating: fill, count: missing) + text
        default: return String(repeating: fill, count: missing) + sign + text
        }
    }

    /// The sign to write before a number.
    func signText(isNegative: Bool) -> String { isNegative ? "-" : sign == "-" ? "" : String(sign) }

    /// Digits with separators from the right, before any point or exponent.
    func grouped(_ digits: String, every size: Int = 3) -> String {
        guard let grouping else { return digits }
        let bytes = Array(digits.utf8)
        let whole = bytes.prefix { ($0 >= 48 && $0 <= 57) || ($0 | 0x20 >= 97 && $0 | 0x20 <= 102 && size == 4) }.count
        var result: [UInt8] = []
        for index in 0..<whole {
            if index > 0, (whole - index) % size == 0 { result.append(contentsOf: String(grouping).utf8) }
            result.append(bytes[index])
        }
        return String(decoding: result + bytes[whole...], as: UTF8.self)
    }
}
