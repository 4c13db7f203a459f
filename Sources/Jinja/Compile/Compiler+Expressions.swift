// SPDX-License-Identifier: GPL-3.0-or-later

extension Compiler {
    /// Compiles an expression and gives its position in the table.
    mutating func compile(_ expression: Expression, at place: Place) throws(JinjaSyntaxError) -> Int {
        add(try node(expression, at: place), at: expression.position)
    }

    private mutating func add(_ node: ExpressionNode, at position: SourcePosition) -> Int {
        tables.expressions.append(node)
        tables.expressionPositions.append(position)
        return tables.expressions.count - 1
    }

    /// The node of a variable, for a namespace that is assigned to.
    mutating func variable(_ name: String, at place: Place, position: SourcePosition) throws(JinjaSyntaxError) -> Int {
        add(try variableNode(name, at: place, position: position), at: position)
    }

    private func variableNode(
        _ name: String, at place: Place, position: SourcePosition
    ) throws(JinjaSyntaxError) -> ExpressionNode {
        guard let variable = place.scope.find(name) else { throw failure("'\(name)' is not known here", at: position) }
        let hops = hops(from: place.scope.function, to: variable.function)
        return hops == 0 ? .local(variable.slot) : .outer(hops: hops, slot: variable.slot)
    }

    private mutating func node(_ expression: Expression, at place: Place) throws(JinjaSyntaxError) -> ExpressionNode {
        switch expression.kind {
        case .constant(let value): return constant(value)
        case .name(let name): return try variableNode(name, at: place, position: expression.position)
        case .list(let items):
            if let value = constantValue(of: expression) { return constant(value) }
            let (first, count) = try operands(items, at: place)
            return .list(first: first, count: count)
        case .tuple(let items):
            if let value = constantValue(of: expression) { return constant(value) }
            let (first, count) = try operands(items, at: place)
            return .tuple(first: first, count: count)
        case .concat(let items):
            let (first, count) = try operands(items, at: place)
            let isConstant = items.allSatisfy(\.isConstant)
            return isConstant ? .concatConstants(first: first, count: count) : .concat(first: first, count: count)
        case .dict(let pairs):
            if let value = constantValue(of: expression) { return constant(value) }
            let (first, count) = try operands(pairs.flatMap { [$0.key, $0.value] }, at: place)
            return .dict(first: first, count: count)
        case .attribute(let base, let text): return try attribute(base, text, at: place)
        case .item(let base, let index): return .item(try compile(base, at: place), try compile(index, at: place))
        case .slice(let base, let start, let stop, let step):
            let base = try compile(base, at: place)
            var bounds: [Int] = []
            for bound in [start, stop, step] { bounds.append(bound == nil ? -1 : try compile(optional: bound, at: place)) }
            tables.operands += bounds
            return .slice(base, bounds: tables.operands.count - 3)
        case .call(let callee, let arguments):
            if case .attribute(let base, let text) = callee.kind {
                let base = try compile(base, at: place)
                return .method(base, name: name(text), arguments: try compile(arguments, at: place))
            }
            return .call(try compile(callee, at: place), arguments: try compile(arguments, at: place))
        case .filter(let operand, let text, let arguments):
            return try filter(operand, text, arguments, at: place, position: expression.position)
        case .test(let operand, let text, let arguments):
            return try test(operand, text, arguments, at: place, position: expression.position)
        case .unary(let operation, let operand):
            if let constant = folded(operation, operand) { return constant }
            return .unary(operation, try compile(operand, at: place))
        case .binary(let operation, let left, let right):
            return .binary(operation, try compile(left, at: place), try compile(right, at: place))
        case .and(let left, let right): return .and(try compile(left, at: place), try compile(right, at: place))
        case .or(let left, let right): return .or(try compile(left, at: place), try compile(right, at: place))
        case .compare(let first, let rest): return try compare(first, rest, at: place)
        case .conditional(let test, let then, let otherwise):
            return .conditional(
                try compile(test, at: place), then: try compile(then, at: place),
                otherwise: try compile(optional: otherwise, at: place))
        case .captured: return .captured
        }
    }

    private mutating func compile(optional expression: Expression?, at place: Place) throws(JinjaSyntaxError) -> Int {
        if let expression { try compile(expression, at: place) } else { -1 }
    }

    private mutating func constant(_ value: JinjaValue) -> ExpressionNode {
        tables.constants.append(value)
        return .constant(tables.constants.count - 1)
    }

    /// A negative number is a constant too.
    private mutating func folded(_ operation: UnaryOperator, _ operand: Expression) -> ExpressionNode? {
        guard operation == .minus, case .constant(let value) = operand.kind else { return nil }
        switch value {
        case .int(let number): return constant(.int(-number))
        case .double(let number): return constant(.double(-number))
        default: return nil
        }
    }

    /// The value of a literal, with the literals in it; values never change, so that it can be made once.
    private func constantValue(of expression: Expression) -> JinjaValue? {
        switch expression.kind {
        case .constant(let value): return value
        case .list(let items): return constantValues(of: items).map { .list(JinjaList($0)) }
        case .tuple(let items): return constantValues(of: items).map { .tuple(JinjaList($0)) }
        case .dict(let pairs):
            var dict = JinjaDict()
            for (key, value) in pairs {
                guard let key = constantValue(of: key), let value = constantValue(of: value) else { return nil }
                // A key that cannot be one is refused when the expression is evaluated.
                guard (try? dict.set(key, to: value)) != nil else { return nil }
            }
            return .dict(dict)
        default: return nil
        }
    }

    private func constantValues(of items: [Expression]) -> [JinjaValue]? {
        var values: [JinjaValue] = []
        for item in items {
            guard let value = constantValue(of: item) else { return nil }
            values.append(value)
        }
        return values
    }

    private mutating func operands(_ items: [Expression], at place: Place) throws(JinjaSyntaxError) -> (Int, Int) {
        var compiled: [Int] = []
        for item in items { compiled.append(try compile(item, at: place)) }
        tables.operands += compiled
        return (tables.operands.count - compiled.count, compiled.count)
    }

    private mutating func attribute(_ base: Expression, _ text: String, at place: Place) throws(JinjaSyntaxError) -> ExpressionNode {
        if case .name("loop") = base.kind, let field = LoopField(rawValue: text), let variable = place.scope.find("loop"),
            variable.function == place.scope.function
        {
            return .loopField(slot: variable.slot, field)
        }
        return .attribute(try compile(base, at: place), name: name(text))
    }

    private mutating func compare(
        _ first: Expression, _ rest: [(operation: Comparison, operand: Expression)], at place: Place
    ) throws(JinjaSyntaxError) -> ExpressionNode {
        let left = try compile(first, at: place)
        if rest.count == 1, let only = rest.first {
            return .compare(only.operation, left, try compile(only.operand, at: place))
        }
        // Operator and operand take turns; an operator is kept by its number.
        var pairs: [Int] = []
        for (operation, operand) in rest {
            pairs.append(operation.number)
            pairs.append(try compile(operand, at: place))
        }
        tables.operands += pairs
        return .compareChain(left, first: tables.operands.count - pairs.count, count: rest.count)
    }

    // MARK: - Arguments

    /// The position of the arguments in their table; -1 when there are none.
    mutating func compile(_ arguments: CallArguments, at place: Place) throws(JinjaSyntaxError) -> Int {
        if arguments.isEmpty { return -1 }
        var positional: [Int] = []
        for value in arguments.positional { positional.append(try compile(value, at: place)) }
        var named: [ArgumentList.NamedArgument] = []
        for (name, value) in arguments.named {
            named.append(ArgumentList.NamedArgument(name: name, value: try compile(value, at: place)))
        }
        let list = try compile(optional: arguments.list, at: place)
        let dict = try compile(optional: arguments.dict, at: place)
        tables.arguments.append(
            ArgumentList(positional: positional, named: named, list: list < 0 ? nil : list, dict: dict < 0 ? nil : dict))
        return tables.arguments.count - 1
    }

    // MARK: - Filters and tests

    private mutating func filter(
        _ operand: Expression, _ text: String, _ arguments: CallArguments, at place: Place, position: SourcePosition
    ) throws(JinjaSyntaxError) -> ExpressionNode {
        if let host = environment.filters[text] {
            try checkHost(arguments, "filter", text, at: position)
            let operand = try compile(operand, at: place)
            if case .constant(.string(let name)) = arguments.positional.first?.kind, arguments.positional.count == 1,
                arguments.list == nil, let table = environment.lookups[text]?.table(named: name)
            {
                tables.constants.append(.dict(table))
                return .lookup(operand, table: tables.constants.count - 1, name: self.name(name))
            }
            tables.hostFunctions.append(host)
            return .hostFilter(tables.hostFunctions.count - 1, operand, arguments: try compile(arguments, at: place))
        }
        guard let filter = BuiltinFilter(rawValue: text) ?? BuiltinFilter.aliases[text] else {
            throw failure("there is no filter named '\(text)'", at: position)
        }
        try check(arguments, filter.signature, "filter '\(text)'", at: position)
        let operand = try compile(operand, at: place)
        if filter == .default, arguments.list == nil, arguments.dict == nil {
            let fallback = arguments.positional.first ?? arguments.named.first { $0.name == "default_value" }?.value
            let isBoolean = arguments.positional.dropFirst().first ?? arguments.named.first { $0.name == "boolean" }?.value
            return .defaultFilter(
                operand, fallback: try compile(optional: fallback, at: place),
                isBoolean: try compile(optional: isBoolean, at: place))
        }
        return .filter(filter, operand, arguments: try compile(arguments, at: place))
    }

    private mutating func test(
        _ operand: Expression, _ text: String, _ arguments: CallArguments, at place: Place, position: SourcePosition
    ) throws(JinjaSyntaxError) -> ExpressionNode {
        if let host = environment.tests[text] {
            try checkHost(arguments, "test", text, at: position)
            let operand = try compile(operand, at: place)
            tables.hostFunctions.append(host)
            return .hostTest(tables.hostFunctions.count - 1, operand, arguments: try compile(arguments, at: place))
        }
        guard let test = BuiltinTest(rawValue: text) ?? BuiltinTest.aliases[text] else {
            throw failure("there is no test named '\(text)'", at: position)
        }
        try check(arguments, test.signature, "test '\(text)'", at: position)
        return .test(test, try compile(operand, at: place), arguments: try compile(arguments, at: place))
    }

    private func checkHost(
        _ arguments: CallArguments, _ kind: String, _ name: String, at position: SourcePosition
    ) throws(JinjaSyntaxError) {
        if !arguments.named.isEmpty || arguments.dict != nil {
            throw failure("the \(kind) '\(name)' takes no named arguments", at: position)
        }
    }

    /// Refuses arguments that the function does not have, as far as they can be counted without running.
    private func check(
        _ arguments: CallArguments, _ signature: Signature, _ what: String, at position: SourcePosition
    ) throws(JinjaSyntaxError) {
        if signature.isOpen { return }
        if arguments.positional.count > signature.parameters.count {
            throw failure("the \(what) takes at most \(signature.parameters.count) arguments", at: position)
        }
        for (name, _) in arguments.named {
            guard let index = signature.parameters.firstIndex(of: name) else {
                throw failure("the \(what) has no argument named '\(name)'", at: position)
            }
            if index < arguments.positional.count { throw failure("the \(what) is given '\(name)' twice", at: position) }
        }
        if arguments.list != nil || arguments.dict != nil { return }
        for (index, name) in signature.parameters.prefix(signature.required).enumerated() where index >= arguments.positional.count {
            if !arguments.named.contains(where: { $0.name == name }) {
                throw failure("the \(what) needs the argument '\(name)'", at: position)
            }
        }
    }
}
