// SPDX-License-Identifier: GPL-3.0-or-later

/// The variables of one scope, and where each comes from when the scope is entered.
///
/// The rules are Jinja2's: a name that is first read belongs to the enclosing scopes or the context; a
/// name that is set here starts as a copy of the enclosing variable, and the copy is lost at the end.
/// `if` opens no scope, and a name set in one of its branches only falls back to the outer value.
final class Scope {
    enum Load {
        case parameter
        case resolve
        case copy(Variable)
        case missing
    }

    /// A slot in the frame of a function.
    struct Variable: Hashable {
        let function: Int
        let slot: Int
    }

    /// What is known about names; a value, so that the branches of an `if` can be looked at apart.
    struct Symbols {
        var variables: [String: Variable] = [:]
        var loads: [String: Load] = [:]
        var stores: Set<String> = []
    }

    let function: Int
    let parent: Scope?
    var symbols = Symbols()
    private var slots: [String: Int] = [:]

    init(function: Int, parent: Scope?) {
        self.function = function
        self.parent = parent
    }

    func find(_ name: String) -> Variable? { symbols.variables[name] ?? parent?.find(name) }

    private func define(_ name: String, _ load: Load, _ allocate: (Int) -> Int) {
        let slot: Int
        if let known = slots[name] {
            slot = known
        } else {
            slot = allocate(function)
            slots[name] = slot
        }
        symbols.variables[name] = Variable(function: function, slot: slot)
        symbols.loads[name] = load
    }

    func load(_ name: String, allocate: (Int) -> Int) {
        if find(name) == nil { define(name, .resolve, allocate) }
    }

    func store(_ name: String, allocate: (Int) -> Int) {
        symbols.stores.insert(name)
        if symbols.variables[name] != nil { return }
        if let outer = parent?.find(name) {
            define(name, .copy(outer), allocate)
        } else {
            define(name, .missing, allocate)
        }
    }

    func declareParameter(_ name: String, allocate: (Int) -> Int) {
        symbols.stores.insert(name)
        define(name, .parameter, allocate)
    }

    /// Joins what the branches of an `if` have done to the symbols.
    func merge(_ branches: [Symbols]) {
        var added: Set<String> = []
        for branch in branches { added.formUnion(branch.stores) }
        added.subtract(symbols.stores)
        for branch in branches {
            symbols.variables.merge(branch.variables) { $1 }
            symbols.loads.merge(branch.loads) { $1 }
            symbols.stores.formUnion(branch.stores)
        }
        for name in added {
            if let outer = parent?.find(name) {
                symbols.loads[name] = .copy(outer)
            } else {
                symbols.loads[name] = .resolve
            }
        }
    }

    /// All variables that were set here or further out, for templates that are included with their context.
    var visibleStores: [(name: String, variable: Variable)] {
        var result: [(name: String, variable: Variable)] = []
        var seen: Set<String> = []
        var scope: Scope? = self
        while let current = scope {
            for name in current.symbols.stores.sorted() where seen.insert(name).inserted {
                if let variable = find(name) { result.append((name, variable)) }
            }
            scope = current.parent
        }
        return result
    }
}
