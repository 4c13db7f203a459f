// SPDX-License-Identifier: GPL-3.0-or-later

extension Renderer {
    /// Python's binary operators.
    mutating func combine(
        _ operation: BinaryOperator, _ left: JinjaValue, _ right: JinjaValue
    ) throws(JinjaRenderError) -> JinjaValue {
        if let left = left.intValue, let right = right.intValue { return try integers(operation, left, right) }
        if let left = left.doubleValue, let right = right.doubleValue { return .double(try doubles(operation, left, right)) }
        if case .undefined(let info) = left { throw undefined(info) }
        if case .undefined(let info) = right, operation != .modulo || left.stringValue == nil { throw undefined(info) }
        switch (operation, left, right) {
        case (.add, .string, .string), (.add, .string, .safe), (.add, .safe, .string), (.add, .safe, .safe):
            return try joined(left, right)
        case (.add, .list(let first), .list(let second)): return .list(try makeList(first.values + second.values))
        case (.add, .tuple(let first), .tuple(let second)): return .tuple(try makeList(first.values + second.values))
        case (.multiply, _, _):
            if let count = right.intValue, let result = try repeated(left, count) { return result }
            if let count = left.intValue, let result = try repeated(right, count) { return result }
        case (.modulo, .string(let format), _): return .string(try formatted(format, right, isSafe: false))
        case (.modulo, .safe(let format), _): return .safe(try formatted(format, right, isSafe: true))
        default: break
        }
        throw JinjaRenderError(
            .type, "'\(operation.rawValue)' does not work between \(left.typeName) and \(right.typeName)")
    }

    /// `+` between strings; a safe one makes the result safe and has the other escaped.
    private mutating func joined(_ left: JinjaValue, _ right: JinjaValue) throws(JinjaRenderError) -> JinjaValue {
        if left.isSafe || right.isSafe { return .safe(try limited(try escaped(left) + (try escaped(right)))) }
        return .string(try limited((left.stringValue ?? "") + (right.stringValue ?? "")))
    }

    /// Counts a string that was made.
    mutating func limited(_ text: String) throws(JinjaRenderError) -> String {
        try useString(text.utf8.count)
        return text
    }

    private mutating func repeated(_ value: JinjaValue, _ count: Int) throws(JinjaRenderError) -> JinjaValue? {
        let count = max(0, count)
        switch value {
        case .string(let text), .safe(let text):
            let (size, overflow) = text.utf8.count.multipliedReportingOverflow(by: count)
            try useString(overflow ? Int.max : size)
            let result = String(repeating: text, count: count)
            return value.isSafe ? .safe(result) : .string(result)
        case .list(let list), .tuple(let list):
            let (size, overflow) = list.values.count.multipliedReportingOverflow(by: count)
            try useSteps(overflow ? Int.max / 2 : size)
            try useBytes(size * MemoryLayout<JinjaValue>.stride)
            let values = Array(repeatElement(list.values, count: list.values.isEmpty ? 0 : count).joined())
            if case .list = value { return .list(JinjaList(values)) }
            return .tuple(JinjaList(values))
        default: return nil
        }
    }

    // MARK: - Numbers

    private func integers(_ operation: BinaryOperator, _ left: Int, _ right: Int) throws(JinjaRenderError) -> JinjaValue {
        switch operation {
        case .add: return .int(try exact(left.addingReportingOverflow(right)))
        case .subtract: return .int(try exact(left.subtractingReportingOverflow(right)))
        case .multiply: return .int(try exact(left.multipliedReportingOverflow(by: right)))
        case .divide:
            if right == 0 { throw divisionByZero() }
            return .double(Double(left) / Double(right))
        case .floorDivide, .modulo:
            if right == 0 { throw divisionByZero() }
            let (quotient, overflow) = left.dividedReportingOverflow(by: right)
            if overflow {
                if operation == .modulo { return .int(0) }
                throw outOfRange()
            }
            // Python rounds towards negative infinity, and the remainder has the sign of the divisor.
            let remainder = left % right
            let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
            if operation == .modulo { return .int(isBelow ? remainder + right : remainder) }
            return .int(isBelow ? quotient - 1 : quotient)
        case .power: return try power(left, right)
        }
    }

    private func power(_ base: Int, _ exponent: Int) throws(JinjaRenderError) -> JinjaValue {
        if exponent < 0 {
            if base == 0 { throw divisionByZero() }
            return .double(FloatPower.of(Double(base), Double(exponent)))
        }
        if base == 0 || base == 1 { return .int(exponent == 0 ? 1 : base) }
        if base == -1 { return .int(exponent % 2 == 0 ? 1 : -1) }
        if exponent > 63 { throw outOfRange() }
        var result = 1
        for _ in 0..<exponent { result = try exact(result.multipliedReportingOverflow(by: base)) }
        return .int(result)
    }

    private func doubles(_ operation: BinaryOperator, _ left: Double, _ right: Double) throws(JinjaRenderError) -> Double {
        switch operation {
        case .add: return left + right
        case .subtract: return left - right
        case .multiply: return left * right
        case .divide:
            if right == 0 { throw divisionByZero() }
            return left / right
        case .floorDivide, .modulo:
            if right == 0 { throw divisionByZero() }
            var remainder = left.truncatingRemainder(dividingBy: right)
            var quotient = (left - remainder) / right
            if remainder != 0 {
                if (remainder < 0) != (right < 0) {
                    remainder += right
                    quotient -= 1
                }
            } else {
                remainder = Double(signOf: right, magnitudeOf: 0)
            }
            if operation == .modulo { return remainder }
            if quotient == 0 { return Double(signOf: left / right, magnitudeOf: 0) }
            let whole = quotient.rounded(.down)
            return quotient - whole > 0.5 ? whole + 1 : whole
        case .power:
            if left == 0, right < 0 { throw divisionByZero() }
            let result = FloatPower.of(left, right)
            if result.isNaN, !left.isNaN, !right.isNaN {
                throw JinjaRenderError(.arithmetic, "the power of these numbers is not a real number that can be computed here")
            }
            if result.isInfinite, left.isFinite, right.isFinite {
                throw JinjaRenderError(.arithmetic, "the power is too large for a floating point number")
            }
            return result
        }
    }

    func negated(_ value: JinjaValue) throws(JinjaRenderError) -> JinjaValue {
        switch try number(value, "-") {
        case .int(let number): return .int(try exact(Int(0).subtractingReportingOverflow(number)))
        case .double(let number): return .double(-number)
        default: return value
        }
    }

    /// The value as a number; a truth value becomes an integer.
    func number(_ value: JinjaValue, _ operation: String) throws(JinjaRenderError) -> JinjaValue {
        switch value {
        case .int, .double: return value
        case .bool(let flag): return .int(flag ? 1 : 0)
        case .undefined(let info): throw undefined(info)
        default: throw JinjaRenderError(.type, "'\(operation)' does not work on \(value.typeName)")
        }
    }

    private func exact(_ result: (partialValue: Int, overflow: Bool)) throws(JinjaRenderError) -> Int {
        if result.overflow { throw outOfRange() }
        return result.partialValue
    }

    func outOfRange() -> JinjaRenderError {
        JinjaRenderError(.arithmetic, "the result is outside the range of 64-bit integers")
    }

    private func divisionByZero() -> JinjaRenderError { JinjaRenderError(.arithmetic, "division by zero") }
}

extension Double {
    fileprivate init(signOf sign: Double, magnitudeOf magnitude: Double) {
        self = sign.sign == .minus ? -magnitude.magnitude : magnitude.magnitude
    }
}

/// Powers of floating point numbers without a mathematics library.
enum FloatPower {
    /// The power for an integral exponent, or one that is a half; not a number otherwise.
    static func of(_ base: Double, _ exponent: Double) -> Double {
        if exponent == 0 || base == 1 { return 1 }
        if base.isNaN || exponent.isNaN { return .nan }
        if exponent == 0.5, base >= 0 { return base.squareRoot() }
        guard let whole = Int(exactly: exponent), whole.magnitude <= 1 << 40 else { return .nan }
        var result = 1.0
        var factor = base
        var rest = whole.magnitude
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return whole < 0 ? 1 / result : result
    }
}
