// SPDX-License-Identifier: GPL-3.0-or-later

extension Renderer {
    /// Python's `str.format`.
    mutating func formatted(braces text: String, _ arguments: Arguments, isSafe: Bool) throws(JinjaRenderError) -> String {
        var next: Int? = 0
        return try formatted(Array(text.unicodeScalars), arguments, next: &next, isSafe: isSafe, level: 0)
    }

    private mutating func formatted(
        _ scalars: [Unicode.Scalar], _ arguments: Arguments, next: inout Int?, isSafe: Bool, level: Int
    ) throws(JinjaRenderError) -> String {
        if level > 2 { throw JinjaRenderError(.value, "a format is nested too deeply") }
        var result = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            guard scalar == "{" || scalar == "}" else {
                result.append(scalar)
                continue
            }
            if index < scalars.count, scalars[index] == scalar, level == 0 {
                result.append(scalar)
                index += 1
                continue
            }
            if scalar == "}" { throw JinjaRenderError(.value, "a single '}' stands in the format") }
            let start = index
            var depth = 1
            while index < scalars.count, depth > 0 {
                if scalars[index] == "{" { depth += 1 }
                if scalars[index] == "}" { depth -= 1 }
                index += 1
            }
            if depth > 0 { throw JinjaRenderError(.value, "a '{' of the format is not closed") }
            let field = Array(scalars[start..<(index - 1)])
            let text = try formatField(field, arguments, next: &next, isSafe: isSafe, level: level)
            try useString(text.utf8.count)
            result.append(contentsOf: text.unicodeScalars)
            if result.count > limits.stringBytes { try useString(result.count) }
        }
        return try limited(String(result))
    }

    private mutating func formatField(
        _ field: [Unicode.Scalar], _ arguments: Arguments, next: inout Int?, isSafe: Bool, level: Int
    ) throws(JinjaRenderError) -> String {
        let nameEnd = field.firstIndex { $0 == "!" || $0 == ":" } ?? field.count
        var value = try fieldValue(field[..<nameEnd], arguments, next: &next)
        var rest = field[nameEnd...]
        if rest.first == "!" {
            guard rest.count >= 2 else { throw JinjaRenderError(.value, "the format's conversion is missing") }
            switch rest[rest.startIndex + 1] {
            case "r", "a": value = .string(try representation(of: value))
            case "s": value = .string(try text(of: value))
            default: throw JinjaRenderError(.value, "the format's conversion is unknown")
            }
            rest = rest.dropFirst(2)
            if let first = rest.first, first != ":" { throw JinjaRenderError(.value, "':' was expected in the format") }
        }
        // Fields within the format of a field are allowed, and hold no further ones.
        let specification =
            rest.count > 1
            ? try formatted(Array(rest.dropFirst()), arguments, next: &next, isSafe: false, level: level + 1) : ""
        if specification.isEmpty { return isSafe ? try escaped(value) : try text(of: value) }
        guard let spec = FormatSpec(specification) else {
            throw JinjaRenderError(.value, "the format '\(specification)' is not valid")
        }
        let text = try formatted(value, spec)
        return isSafe ? try escaped(.string(text)) : text
    }

    private func fieldValue(
        _ field: ArraySlice<Unicode.Scalar>, _ arguments: Arguments, next: inout Int?
    ) throws(JinjaRenderError) -> JinjaValue {
        var view = String.UnicodeScalarView()
        let firstEnd = field.firstIndex { $0 == "." || $0 == "[" } ?? field.endIndex
        view.append(contentsOf: field[..<firstEnd])
        let first = String(view)
        var value: JinjaValue
        if first.isEmpty || Int(first) != nil {
            let position: Int
            if let number = Int(first) {
                position = number
                if let count = next, count > 0 { throw JinjaRenderError(.value, "the format mixes numbered and unnumbered fields") }
                next = nil
            } else {
                guard let count = next else { throw JinjaRenderError(.value, "the format mixes numbered and unnumbered fields") }
                position = count
                next = count + 1
            }
            guard arguments.positional.indices.contains(position) else {
                throw JinjaRenderError(.value, "the format has no argument \(position)")
            }
            value = arguments.positional[position]
        } else {
            guard let named = arguments.named.first(where: { $0.name == first }) else {
                throw JinjaRenderError(.value, "the format has no argument '\(first)'")
            }
            value = named.value
        }
        var rest = field[firstEnd...]
        while let opening = rest.popFirst() {
            let isIndex = opening == "["
            let end = rest.firstIndex { isIndex ? $0 == "]" : $0 == "." || $0 == "[" } ?? rest.endIndex
            var part = String.UnicodeScalarView()
            part.append(contentsOf: rest[..<end])
            rest = isIndex ? rest[end...].dropFirst() : rest[end...]
            let text = String(part)
            if isIndex {
                value = try item(of: value, Int(text).map { .int($0) } ?? .string(text))
            } else {
                value = try attribute(of: value, VariableName(text))
            }
        }
        return value
    }

    /// Python's `format` of one value.
    private mutating func formatted(_ value: JinjaValue, _ spec: FormatSpec) throws(JinjaRenderError) -> String {
        try useString(spec.width)
        try useString(spec.precision ?? 0)
        switch value {
        case .string(let text), .safe(let text):
            if spec.type != nil, spec.type != "s" { throw unknown(spec, value) }
            if spec.align == "=", spec.fill != "0" { throw unknown(spec, value) }
            var view = String.UnicodeScalarView()
            view.append(contentsOf: text.unicodeScalars.prefix(spec.precision ?? .max))
            var spec = spec
            if spec.align == "=" { spec.align = "<" }
            return spec.padded(String(view), defaultAlign: "<")
        case .int, .bool:
            guard let number = value.intValue else { break }
            if let type = spec.type, "eEfFgG%".unicodeScalars.contains(type) { return try formatted(Double(number), spec) }
            return try formatted(number, spec, value)
        case .double(let number): return try formatted(number, spec)
        case .undefined(let info): throw undefined(info)
        default: break
        }
        throw unknown(spec, value)
    }

    private func formatted(_ number: Int, _ spec: FormatSpec, _ value: JinjaValue) throws(JinjaRenderError) -> String {
        if spec.precision != nil { throw unknown(spec, value) }
        var digits: String
        var prefix = ""
        var size = 3
        switch spec.type {
        case nil, "d", "n": digits = String(number.magnitude)
        case "b": (digits, prefix, size) = (String(number.magnitude, radix: 2), "0b", 4)
        case "o": (digits, prefix, size) = (String(number.magnitude, radix: 8), "0o", 4)
        case "x": (digits, prefix, size) = (String(number.magnitude, radix: 16), "0x", 4)
        case "X": (digits, prefix, size) = (String(number.magnitude, radix: 16, uppercase: true), "0X", 4)
        case "c":
            guard let code = UInt32(exactly: number), let scalar = Unicode.Scalar(code) else { throw unknown(spec, value) }
            return spec.padded(String(scalar), defaultAlign: "<")
        default: throw unknown(spec, value)
        }
        digits = spec.grouped(digits, every: size)
        let sign = spec.signText(isNegative: number < 0) + (spec.isAlternate ? prefix : "")
        return spec.padded(digits, sign: sign, defaultAlign: ">")
    }

    private func formatted(_ number: Double, _ spec: FormatSpec) throws(JinjaRenderError) -> String {
        let magnitude = number.magnitude
        var text: String
        switch spec.type {
        case "f", "F": text = FloatText.fixed(magnitude, precision: spec.precision ?? 6, alternate: spec.isAlternate)
        case "e": text = FloatText.exponent(magnitude, precision: spec.precision ?? 6, marker: "e", alternate: spec.isAlternate)
        case "E": text = FloatText.exponent(magnitude, precision: spec.precision ?? 6, marker: "E", alternate: spec.isAlternate)
        case "g", "n": text = FloatText.general(magnitude, precision: spec.precision ?? 6, marker: "e", alternate: spec.isAlternate)
        case "G": text = FloatText.general(magnitude, precision: spec.precision ?? 6, marker: "E", alternate: spec.isAlternate)
        case "%": text = FloatText.fixed(magnitude * 100, precision: spec.precision ?? 6, alternate: spec.isAlternate) + "%"
        case nil:
            if let precision = spec.precision {
                text = FloatText.general(magnitude, precision: precision, marker: "e")
                if number.isFinite, !text.utf8.contains(UInt8(ascii: ".")), !text.utf8.contains(UInt8(ascii: "e")) { text += ".0" }
            } else {
                text = FloatText.shortest(magnitude)
            }
        default: throw unknown(spec, .double(number))
        }
        let sign = spec.signText(isNegative: number.sign == .minus && !number.isNaN)
        return spec.padded(spec.grouped(text), sign: sign, defaultAlign: ">")
    }

    private func unknown(_ spec: FormatSpec, _ value: JinjaValue) -> JinjaRenderError {
        JinjaRenderError(.value, "the format does not work for \(value.typeName)")
    }
}
