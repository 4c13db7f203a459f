// SPDX-License-Identifier: GPL-3.0-or-later

extension Renderer {
    // MARK: - Output

    /// Puts out the value of an expression.
    mutating func emit(expression id: Int, statement: Int) throws(JinjaRenderError) {
        switch code.expressions[id] {
        case .local(let slot):
            if case .int(let number) = slots[slot] {
                output.append(decimal: number)
                return
            }
            if !isEscaping {
                // The value need not be copied to be written.
                switch slots[slot] {
                case .string(let text), .safe(let text):
                    output.append(contentsOf: text.utf8)
                    return
                default: break
                }
            }
            try emit(slots[slot], statement: statement)
        case .or(let left, let right) where undefinedBehavior != .strict:
            if try !emitIfTrue(expression: left, statement: statement) { try emit(expression: right, statement: statement) }
        case .concat(let first, let count) where !isEscaping:
            // The parts need not become one string first.
            for position in first..<(first + count) { try emit(expression: code.operands[position], statement: statement) }
        case .conditional(let test, let then, let otherwise):
            if try isTrue(expression: test) {
                try emit(expression: then, statement: statement)
            } else if otherwise >= 0 {
                try emit(expression: otherwise, statement: statement)
            } else if undefinedBehavior == .strict {
                let missing = try evaluate(id)
                _ = try isTrue(missing)
            }
        case .call, .method:
            if try !emitCall(id, caller: nil) { try emit(try evaluate(id), statement: statement) }
        default: try emit(try evaluate(id), statement: statement)
        }
    }

    /// Puts out the value of an expression if it is true, and tells whether it was.
    private mutating func emitIfTrue(expression id: Int, statement: Int) throws(JinjaRenderError) -> Bool {
        if case .or(let left, let right) = code.expressions[id] {
            if try emitIfTrue(expression: left, statement: statement) { return true }
            return try emitIfTrue(expression: right, statement: statement)
        }
        let value = try evaluate(id)
        if !value.isTruthy { return false }
        try emit(value, statement: statement)
        return true
    }

    /// Puts out a value, escaped where it must be.
    mutating func emit(_ value: JinjaValue, statement: Int? = nil) throws(JinjaRenderError) {
        switch value {
        case .safe(let text): output.append(contentsOf: text.utf8)
        case .string(let text):
            if isEscaping {
                try emitEscaped(text, statement)
            } else {
                output.append(contentsOf: text.utf8)
            }
        case .int(let number): output.append(decimal: number)
        default:
            let text = try text(of: value)
            if isEscaping {
                try emitEscaped(text, statement)
            } else {
                output.append(contentsOf: text.utf8)
            }
        }
    }

    private mutating func emitEscaped(_ text: String, _ statement: Int?) throws(JinjaRenderError) {
        do {
            try activeEscaping.write(text, to: &output)
        } catch {
            var subject = "the value"
            if let statement, let range = code.outputSources[statement] {
                subject = "the value of '\(String(code.source[range]))'"
            }
            throw JinjaRenderError(.refusedValue, "\(subject) cannot be written: \(error.reason)")
        }
    }

    /// The escaping of `{{ }}` and `|e`: the format's, or HTML's where the format has none.
    var activeEscaping: JinjaEscaping { escaping.isActive ? escaping : .html }

    // MARK: - Strings of values

    /// The value's text with everything escaped that is not safe, markupsafe's `escape`.
    mutating func escaped(_ value: JinjaValue) throws(JinjaRenderError) -> String {
        if case .safe(let text) = value { return text }
        var bytes: [UInt8] = []
        do {
            try activeEscaping.write(try text(of: value), to: &bytes)
        } catch let error as RefusedValue {
            throw JinjaRenderError(.refusedValue, "the value cannot be written: \(error.reason)")
        } catch let error as JinjaRenderError {
            throw error
        } catch {
            throw JinjaRenderError(.value, "\(error)")
        }
        return try limited(String(decoding: bytes, as: UTF8.self))
    }

    /// Python's `str`.
    func text(of value: JinjaValue) throws(JinjaRenderError) -> String {
        switch value {
        case .string(let text), .safe(let text): return text
        case .int(let number): return String(number)
        case .bool(let flag): return flag ? "True" : "False"
        case .null: return "None"
        case .double(let number): return FloatText.shortest(number)
        case .undefined(let info):
            if undefinedBehavior == .strict { throw undefined(info) }
            return ""
        case .list, .tuple, .dict, .object:
            var bytes: [UInt8] = []
            try write(value, to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Joins texts for `~`; where values are escaped, one safe part makes the whole safe.
    mutating func concatenate(_ values: [JinjaValue]) throws(JinjaRenderError) -> JinjaValue {
        if isEscaping, values.contains(where: \.isSafe) {
            var result = ""
            for value in values { result += try escaped(value) }
            return .safe(try limited(result))
        }
        return .string(try joined(values))
    }

    mutating func joined(_ values: [JinjaValue]) throws(JinjaRenderError) -> String {
        var result = ""
        for value in values { result += try text(of: value) }
        return try limited(result)
    }

    // MARK: - Python's repr

    /// Python's `repr`, which containers use for what they contain.
    func representation(of value: JinjaValue) throws(JinjaRenderError) -> String {
        var bytes: [UInt8] = []
        try write(value, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(_ value: JinjaValue, to bytes: inout [UInt8]) throws(JinjaRenderError) {
        if bytes.count > limits.stringBytes {
            throw JinjaRenderError(.limit, "the text of a value has more than \(limits.stringBytes) bytes")
        }
        switch value {
        case .string(let text): Self.writeQuoted(text, to: &bytes)
        case .safe(let text):
            bytes.append(contentsOf: "Markup(".utf8)
            Self.writeQuoted(text, to: &bytes)
            bytes.append(UInt8(ascii: ")"))
        case .undefined: bytes.append(contentsOf: "Undefined".utf8)
        case .null, .bool, .int, .double: bytes.append(contentsOf: try text(of: value).utf8)
        case .list(let list): try write(list.values, "[", "]", to: &bytes)
        case .tuple(let list): try write(list.values, "(", list.values.count == 1 ? ",)" : ")", to: &bytes)
        case .dict(let dict): try write(dict, to: &bytes)
        case .object(let object): try write(object, to: &bytes)
        }
    }

    private func write(
        _ values: [JinjaValue], _ open: String, _ close: String, to bytes: inout [UInt8]
    ) throws(JinjaRenderError) {
        bytes.append(contentsOf: open.utf8)
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(contentsOf: ", ".utf8) }
            try write(value, to: &bytes)
        }
        bytes.append(contentsOf: close.utf8)
    }

    private func write(_ dict: JinjaDict, to bytes: inout [UInt8]) throws(JinjaRenderError) {
        bytes.append(UInt8(ascii: "{"))
        for (index, (key, value)) in zip(dict.keys, dict.values).enumerated() {
            if index > 0 { bytes.append(contentsOf: ", ".utf8) }
            try write(key, to: &bytes)
            bytes.append(contentsOf: ": ".utf8)
            try write(value, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private func write(_ object: JinjaObject, to bytes: inout [UInt8]) throws(JinjaRenderError) {
        switch object.kind {
        case .range(let range):
            let step = range.step == 1 ? "" : ", \(range.step)"
            bytes.append(contentsOf: "range(\(range.start), \(range.stop)\(step))".utf8)
        case .view(let view):
            bytes.append(contentsOf: "\(view.kind.typeName)(".utf8)
            try write(view.elements, "[", "])", to: &bytes)
        case .macro(let number):
            let macro = macros[number].code.macros[macros[number].macro]
            bytes.append(contentsOf: "<Macro '\(macro.name)'>".utf8)
        case .module(let number): bytes.append(contentsOf: modules[number].text.utf8)
        case .loop(let number):
            let state = loops[try position(ofLoop: number)]
            bytes.append(contentsOf: "<LoopContext \(state.index + 1)/\(state.items.count)>".utf8)
        case .namespace, .function, .builtin, .method, .cycler, .joiner, .iterator, .block, .blocks:
            let hint = if case .iterator = object.kind { "; make a list of it with '|list'" } else { "" }
            throw JinjaRenderError(.type, "a \(object.typeName) has no text\(hint)")
        }
    }

    private static func writeQuoted(_ text: String, to bytes: inout [UInt8]) {
        let quote =
            text.utf8.contains(UInt8(ascii: "'")) && !text.utf8.contains(UInt8(ascii: "\"")) ? UInt8(ascii: "\"") : UInt8(ascii: "'")
        bytes.append(quote)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": bytes.append(contentsOf: "\\\\".utf8)
            case "\n": bytes.append(contentsOf: "\\n".utf8)
            case "\r": bytes.append(contentsOf: "\\r".utf8)
            case "\t": bytes.append(contentsOf: "\\t".utf8)
            case _ where scalar.value == UInt32(quote):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(quote)
            case _ where PythonText.isPrintable(scalar): bytes.append(contentsOf: String(scalar).utf8)
            default:
                let hex = String(scalar.value, radix: 16)
                let (marker, width) = scalar.value <= 0xFF ? ("\\x", 2) : scalar.value <= 0xFFFF ? ("\\u", 4) : ("\\U", 8)
                bytes.append(contentsOf: (marker + String(repeating: "0", count: width - hex.utf8.count) + hex).utf8)
            }
        }
        bytes.append(quote)
    }
}

extension [UInt8] {
    /// Appends an integer's digits without making a string.
    mutating func append(decimal number: Int) {
        if number >= 0, number < 10 {
            append(UInt8(truncatingIfNeeded: number) + 48)
            return
        }
        if number >= 0, number < 100 {
            append(UInt8(truncatingIfNeeded: number / 10) + 48)
            append(UInt8(truncatingIfNeeded: number % 10) + 48)
            return
        }
        if number < 0 { append(UInt8(ascii: "-")) }
        var rest = number.magnitude
        var divisor: UInt = 1
        while rest / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(truncatingIfNeeded: rest / divisor) + 48)
            rest %= divisor
            divisor /= 10
        }
    }
}
