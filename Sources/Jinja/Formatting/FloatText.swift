// SPDX-License-Identifier: GPL-3.0-or-later

/// The decimal texts of floating point numbers, as Python writes them.
enum FloatText {
    /// The shortest text that reads back as the same number, Python's `repr`.
    static func shortest(_ number: Double) -> String {
        if let special = special(number) { return special }
        let (digits, point) = shortestDigits(number.magnitude)
        let sign = number.sign == .minus ? "-" : ""
        // Python changes to an exponent below 1e-4 and from 1e16 on.
        if point > 16 || point < -3 {
            return sign + scientific(digits, exponent: point - 1, marker: "e")
        }
        return sign + positional(digits, point: point, fraction: max(1, digits.count - point))
    }

    /// A fixed number of digits after the point, correctly rounded; Python's `f`.
    static func fixed(_ number: Double, precision: Int, alternate: Bool = false) -> String {
        if let special = special(number) { return special }
        let sign = number.sign == .minus ? "-" : ""
        var (digits, point) = exactDigits(number.magnitude)
        round(&digits, &point, keeping: point + precision)
        return sign + positional(digits, point: point, fraction: precision) + (alternate && precision == 0 ? "." : "")
    }

    /// One digit before the point and an exponent; Python's `e`.
    static func exponent(_ number: Double, precision: Int, marker: String, alternate: Bool = false) -> String {
        if let special = special(number) { return special }
        let sign = number.sign == .minus ? "-" : ""
        var (digits, point) = exactDigits(number.magnitude)
        let isZero = digits == [0]
        round(&digits, &point, keeping: precision + 1)
        while digits.count < precision + 1 { digits.append(0) }
        return sign
            + scientific(digits, exponent: isZero ? 0 : point - 1, marker: marker, alternate: alternate && precision == 0)
    }

    /// The shorter of fixed and exponent form; Python's `g`.
    static func general(_ number: Double, precision: Int, marker: String, alternate: Bool = false) -> String {
        if let special = special(number) { return special }
        let sign = number.sign == .minus ? "-" : ""
        let precision = max(1, precision)
        var (digits, point) = exactDigits(number.magnitude)
        let isZero = digits == [0]
        round(&digits, &point, keeping: precision)
        let exponent = isZero ? 0 : point - 1
        if alternate {
            while digits.count < precision { digits.append(0) }
        } else {
            while digits.count > 1, digits.last == 0 { digits.removeLast() }
        }
        if exponent < -4 || exponent >= precision {
            return sign + scientific(digits, exponent: exponent, marker: marker, alternate: alternate && digits.count == 1)
        }
        let fraction = max(0, digits.count - (exponent + 1))
        return sign + positional(digits, point: exponent + 1, fraction: fraction) + (alternate && fraction == 0 ? "." : "")
    }

    /// The number with a fixed count of decimals, ties to even on the exact value; Python's `round`.
    static func rounded(_ number: Double, precision: Int) -> Double {
        if !number.isFinite || precision > 330 { return number }
        if precision >= 0 { return Double(fixed(number, precision: precision)) ?? number }
        var (digits, point) = exactDigits(number.magnitude)
        round(&digits, &point, keeping: point + precision)
        if digits == [0] { return number.sign == .minus ? -0.0 : 0 }
        let magnitude = Double(positional(digits, point: point, fraction: 0)) ?? number
        return number.sign == .minus ? -magnitude : magnitude
    }

    // MARK: - Digits

    private static func special(_ number: Double) -> String? {
        if number.isNaN { return "nan" }
        if number.isInfinite { return number < 0 ? "-inf" : "inf" }
        return nil
    }

    /// The shortest digits, and where the point stands before or behind them: 12.5 is (125, 2).
    private static func shortestDigits(_ magnitude: Double) -> (digits: [UInt8], point: Int) {
        var digits: [UInt8] = []
        var point: Int?
        var exponent = 0
        var text = magnitude.description.utf8[...]
        if let marker = text.firstIndex(of: UInt8(ascii: "e")) {
            exponent = Int(String(text[text.index(after: marker)...]) ?? "") ?? 0
            text = text[..<marker]
        }
        for byte in text {
            if byte == UInt8(ascii: ".") { point = digits.count } else { digits.append(byte &- 48) }
        }
        var position = (point ?? digits.count) + exponent
        while digits.count > 1, digits.last == 0 { digits.removeLast() }
        while digits.count > 1, digits.first == 0 {
            digits.removeFirst()
            position -= 1
        }
        return (digits, digits == [0] ? 1 : position)
    }

    /// All digits of the exact binary value.
    private static func exactDigits(_ magnitude: Double) -> (digits: [UInt8], point: Int) {
        if magnitude == 0 { return ([0], 1) }
        // number = significand × 2^exponent, with an integer significand.
        let exponent = Int(magnitude.exponent) - 52
        let significand: UInt64
        let power: Int
        if magnitude.isNormal {
            significand = magnitude.significandBitPattern | (1 << 52)
            power = exponent
        } else {
            significand = magnitude.significandBitPattern
            power = -1074
        }
        var number = DecimalNumber(significand)
        var point = 0
        if power >= 0 {
            number.multiply(by: 2, times: power)
        } else {
            // × 2^-k is × 5^k with the point moved k places to the left.
            number.multiply(by: 5, times: -power)
            point = power
        }
        var digits = number.digits
        point += digits.count
        while digits.count > 1, digits.last == 0 { digits.removeLast() }
        return (digits, point)
    }

    /// Keeps the first digits and rounds half to even; `count` may be negative.
    private static func round(_ digits: inout [UInt8], _ point: inout Int, keeping count: Int) {
        if count >= digits.count { return }
        if count < 0 {
            digits = [0]
            point = 1
            return
        }
        let dropped = digits[count...]
        let half = dropped.first ?? 0
        let isTie = half == 5 && dropped.dropFirst().allSatisfy { $0 == 0 }
        let last = count > 0 ? digits[count - 1] : 0
        let up = half > 5 || half == 5 && (!isTie || last % 2 == 1)
        digits.removeSubrange(count...)
        if up {
            var position = count - 1
            while position >= 0, digits[position] == 9 {
                digits[position] = 0
                position -= 1
            }
            if position >= 0 {
                digits[position] += 1
            } else {
                digits.insert(1, at: 0)
                point += 1
            }
        }
        if digits.isEmpty {
            digits = [0]
            point = 1
        }
    }

    // MARK: - Layout

    private static func positional(_ digits: [UInt8], point: Int, fraction: Int) -> String {
        var text: [UInt8] = []
        if point <= 0 {
            text.append(48)
        } else {
            for position in 0..<point { text.append(position < digits.count ? digits[position] + 48 : 48) }
        }
        if fraction > 0 {
            text.append(UInt8(ascii: "."))
            for position in point..<(point + fraction) {
                text.append(position >= 0 && position < digits.count ? digits[position] + 48 : 48)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func scientific(
        _ digits: [UInt8], exponent: Int, marker: String, alternate: Bool = false
    ) -> String {
        var text = String(decoding: [digits[0] + 48], as: UTF8.self)
        if digits.count > 1 || alternate {
            text += "." + String(decoding: digits.dropFirst().map { $0 + 48 }, as: UTF8.self)
        }
        let magnitude = String(exponent.magnitude)
        return text + marker + (exponent < 0 ? "-" : "+") + (magnitude.utf8.count < 2 ? "0" : "") + magnitude
    }
}

/// A large natural number, in base 10^9 with the lowest part first, for exact decimal expansion.
private struct DecimalNumber {
    private static let base: UInt64 = 1_000_000_000
    private var parts: [UInt64]

    init(_ value: UInt64) {
        parts = []
        var rest = value
        repeat {
            parts.append(rest % Self.base)
            rest /= Self.base
        } while rest > 0
    }

    mutating func multiply(by factor: UInt64, times: Int) {
        // Thirteen fives, or thirty twos, are the most that keep a product of two parts in 64 bits.
        let chunk = factor == 2 ? 30 : 13
        var left = times
        while left > 0 {
            let count = min(left, chunk)
            var multiplier: UInt64 = 1
            for _ in 0..<count { multiplier *= factor }
            var carry: UInt64 = 0
            for index in parts.indices {
                let product = parts[index] * multiplier + carry
                parts[index] = product % Self.base
                carry = product / Self.base
            }
            while carry > 0 {
                parts.append(carry % Self.base)
                carry /= Self.base
            }
            left -= count
        }
    }

    var digits: [UInt8] {
        var result: [UInt8] = []
        for (index, part) in parts.reversed().enumerated() {
            let text = String(part)
            if index > 0 { result.append(contentsOf: repeatElement(0, count: 9 - text.utf8.count)) }
            result.append(contentsOf: text.utf8.map { $0 - 48 })
        }
        return result
    }
}
