// SPDX-License-Identifier: GPL-3.0-or-later

// Filters that look values up in tables: what a vendor's file calls a transport, a key type or a language.

extension JinjaDict {
    private static let defaultName = HashedName("default")

    /// The table of a name, when there is one and it is a dictionary.
    func table(named name: String) -> JinjaDict? { self[name]?.dictValue }

    /// A table's entry for the text of a value, else its entry `default`.
    func entry(for value: JinjaValue) -> JinjaValue? {
        let found: JinjaValue? =
            switch value {
            case .string(let text), .safe(let text): self[text]
            case .int(let number): self[DecimalName.text(of: number)]
            case .bool(let flag): self[flag ? "True" : "False"]
            default: nil
            }
        return found ?? self[Self.defaultName]
    }

    /// The filter as a function, for tables whose names are only known when it is called.
    static func lookup(in tables: JinjaDict, filter: String) -> JinjaEnvironment.Function {
        { arguments in
            guard arguments.count == 2, let name = arguments[1].stringValue else {
                throw JinjaRenderError(.host, "\(filter) takes the name of a table")
            }
            guard let table = tables.table(named: name) else {
                throw JinjaRenderError(.host, "there is no table '\(name)'")
            }
            return table.entry(for: arguments[0]) ?? .undefined(JinjaUndefined(name: name))
        }
    }
}

/// The texts of small numbers, made and hashed once: `sip_lines[n | string]` is found without making a text.
enum DecimalName {
    private static let names = (0..<512).map { VariableName(String($0)) }

    static func small(_ number: Int) -> VariableName? {
        number >= 0 && number < names.count ? names[number] : nil
    }

    static func text(of number: Int) -> String { small(number)?.text ?? String(number) }
}
