// SPDX-License-Identifier: GPL-3.0-or-later

/// What a template sees beside its local variables, and the blocks that fill it.
struct TemplateContext {
    let code: CompiledTemplate
    /// Variables from outside; later layers hide earlier ones.
    let layers: [JinjaDict]
    /// What the template's top level has set.
    var variables = JinjaDict()
    /// The top-level names that an import can see.
    var exported: Set<String> = []
    /// The blocks by name, the most derived template's first.
    var blocks: [String: [BlockImplementation]]
    /// Whether a macro or another value can still refer to it.
    var isKept = false

    static func blocks(of code: CompiledTemplate) -> [String: [BlockImplementation]] {
        code.blocksByName.mapValues { [BlockImplementation(code: code, block: $0)] }
    }
}

/// A block of one template of an inheritance chain.
struct BlockImplementation {
    let code: CompiledTemplate
    let block: Int
}

/// A loop that is running.
struct LoopState {
    /// Loops are numbered, so that a value of an ended loop is not taken for another.
    let number: Int
    let items: [JinjaValue]
    var index = 0
    let depth: Int
    var lastChanged: [JinjaValue]?
    /// What is needed to call the loop again, when it is recursive.
    let recursion: Recursion?

    struct Recursion {
        let loop: Int
        let code: CompiledTemplate
        let closure: Int
        let context: Int
    }
}

/// A macro with the place where it was defined.
struct MacroInstance {
    let code: CompiledTemplate
    let macro: Int
    let closure: Int
    let context: Int
    let isEscaping: Bool
}

/// What `cycler()` makes.
struct CyclerState {
    let items: [JinjaValue]
    var position = 0
}

/// What `joiner()` makes.
struct JoinerState {
    let separator: JinjaValue
    var isUsed = false
}

/// An imported template.
struct ModuleState {
    let name: String
    let values: JinjaDict
    let text: String
}
