// SPDX-License-Identifier: GPL-3.0-or-later

import Synchronization

/// A template after compilation: flat tables of nodes that refer to each other by position.
///
/// Nodes are plain numbers without references, so that walking them costs no reference counting;
/// variables are numbered slots of a function's frame, and names are hashed.
final class CompiledTemplate: Sendable {
    /// The node of an expression, by its position in ``expressions``.
    typealias ExpressionID = Int

    let name: String
    /// The source, for messages that quote it.
    let source: [UInt8]
    /// The runs of template text.
    let texts: [[UInt8]]
    let expressions: [ExpressionNode]
    let expressionPositions: [SourcePosition]
    let statements: [StatementNode]
    let statementPositions: [SourcePosition]
    /// The operands of nodes with any number of them.
    let operands: [ExpressionID]
    let constants: [JinjaValue]
    let names: [VariableName]
    let arguments: [ArgumentList]
    let hostFunctions: [HostFunction]
    let loads: [SlotLoad]
    let functions: [FunctionCode]
    let macros: [MacroCode]
    let runs: [RunCode]
    /// The variables of each run, apart from the rest because they are looked at first.
    let runVariables: [RunVariables]
    let textsAndOutputs: [TextAndOutput]
    let branches: [BranchCode]
    let assignments: [AssignmentCode]
    let loops: [LoopCode]
    let targets: [TargetCode]
    let captures: [CaptureCode]
    let scopes: [ScopeCode]
    let includes: [IncludeCode]
    let calls: [CallBlockCode]
    let blocks: [BlockCode]
    let blockCalls: [BlockCall]
    /// The source of every output, by the output's position in ``statements``.
    let outputSources: [Int: Range<Int>]
    /// The runs that earlier renderings have prepared.
    let preparedRuns: Mutex<PreparedRuns>
    /// How many bytes its last rendering had, which is about what the next one has.
    let lastOutputCount = Atomic(0)
    let blocksByName: [String: Int]
    /// The slot of `self` in the root function, if the template uses it.
    let selfSlot: Int?
    /// How deep its expressions and statements are nested together.
    let nesting: Int

    init(name: String, source: [UInt8], tables: CodeTables, selfSlot: Int?, nesting: Int) {
        self.nesting = nesting
        self.name = name
        self.source = source
        self.selfSlot = selfSlot
        texts = tables.texts
        expressions = tables.expressions
        expressionPositions = tables.expressionPositions
        statements = tables.statements
        statementPositions = tables.statementPositions
        operands = tables.operands
        constants = tables.constants
        names = tables.names
        arguments = tables.arguments
        hostFunctions = tables.hostFunctions
        loads = tables.loads
        functions = tables.functions
        macros = tables.macros
        runs = tables.runs
        runVariables = tables.runs.map(\.variables)
        preparedRuns = Mutex(PreparedRuns(runs: tables.runs.count))
        textsAndOutputs = tables.textsAndOutputs
        branches = tables.branches
        assignments = tables.assignments
        loops = tables.loops
        targets = tables.targets
        captures = tables.captures
        scopes = tables.scopes
        includes = tables.includes
        calls = tables.calls
        blocks = tables.blocks
        blockCalls = tables.blockCalls
        outputSources = tables.outputSources
        blocksByName = Dictionary(uniqueKeysWithValues: tables.blocks.enumerated().map { ($1.name, $0) })
    }
}

/// The tables while they are being filled.
struct CodeTables {
    var texts: [[UInt8]] = []
    var expressions: [ExpressionNode] = []
    var expressionPositions: [SourcePosition] = []
    var statements: [StatementNode] = []
    var statementPositions: [SourcePosition] = []
    var operands: [Int] = []
    var constants: [JinjaValue] = []
    var names: [VariableName] = []
    var arguments: [ArgumentList] = []
    var hostFunctions: [HostFunction] = []
    var loads: [SlotLoad] = []
    var functions: [FunctionCode] = []
    var macros: [MacroCode] = []
    var runs: [RunCode] = []
    var textsAndOutputs: [TextAndOutput] = []
    var branches: [BranchCode] = []
    var assignments: [AssignmentCode] = []
    var loops: [LoopCode] = []
    var targets: [TargetCode] = []
    var captures: [CaptureCode] = []
    var scopes: [ScopeCode] = []
    var includes: [IncludeCode] = []
    var calls: [CallBlockCode] = []
    var blocks: [BlockCode] = []
    var blockCalls: [BlockCall] = []
    var outputSources: [Int: Range<Int>] = [:]
}

/// A name with its hash and the value it has while it is missing.
final class VariableName: Sendable {
    let hashed: JinjaDict.HashedName
    let missing: JinjaValue
    let missingAttribute: JinjaValue

    /// Whether dictionaries have a method of this name, which hides a key.
    let isDictMethod: Bool
    /// Whether the method of this name changes a value in place in Python.
    let isMutatingMethod: Bool

    var text: String { hashed.text }

    private static let mutatingMethods: Set<String> = [
        "append", "extend", "insert", "remove", "pop", "popitem", "update", "clear", "setdefault", "sort", "reverse",
    ]

    init(_ text: String) {
        isDictMethod = DictMethod(rawValue: text) != nil
        isMutatingMethod = Self.mutatingMethods.contains(text)
        hashed = JinjaDict.HashedName(text)
        missing = .undefined(JinjaUndefined(name: text))
        missingAttribute = .undefined(JinjaUndefined(attribute: text))
    }
}

/// An expression. The numbers are positions in the tables; -1 stands for an absent operand.
enum ExpressionNode: Sendable {
    case constant(Int)
    case local(Int)
    case outer(hops: Int, slot: Int)
    case loopField(slot: Int, LoopField)
    case attribute(Int, name: Int)
    case item(Int, Int)
    case slice(Int, bounds: Int)
    case list(first: Int, count: Int)
    case tuple(first: Int, count: Int)
    case dict(first: Int, count: Int)
    case concat(first: Int, count: Int)
    /// `~` between constants: Jinja2 joins them before it knows of escaping, so nothing in it stays safe.
    case concatConstants(first: Int, count: Int)
    case call(Int, arguments: Int)
    case method(Int, name: Int, arguments: Int)
    case filter(BuiltinFilter, Int, arguments: Int)
    case hostFilter(Int, Int, arguments: Int)
    /// A filter that looks its value up in the table of a name, which is a constant.
    case lookup(Int, table: Int, name: Int)
    case defaultFilter(Int, fallback: Int, isBoolean: Int)
    case test(BuiltinTest, Int, arguments: Int)
    case hostTest(Int, Int, arguments: Int)
    case unary(UnaryOperator, Int)
    case binary(BinaryOperator, Int, Int)
    case and(Int, Int)
    case or(Int, Int)
    case compare(Comparison, Int, Int)
    case compareChain(Int, first: Int, count: Int)
    case conditional(Int, then: Int, otherwise: Int)
    case captured
}

/// What `loop` knows, without a call.
enum LoopField: String, Sendable {
    case index, index0, revindex, revindex0, first, last, length, depth, depth0, previtem, nextitem
}

/// A run of statements.
struct Body: Sendable {
    let first: Int
    let count: Int
}

/// A statement with a position in the table of its kind; one number wide, because nodes are copied to be looked at.
enum StatementNode: Sendable {
    case text(Int)
    case output(Int)
    /// Texts and outputs of one local variable, or of two counters, in turn.
    case run(Int)
    /// A text and the output behind it, which is what most of a template is made of.
    case textAndOutput(Int)
    case branch(Int)
    case loop(Int)
    case assign(Int)
    case capture(Int)
    case macro(Int)
    case callBlock(Int)
    case scope(Int)
    case autoescape(Int)
    case block(Int)
    case extends(Int)
    case include(Int)
    case importTemplate(Int)
    case perform(Int)
    /// Runs another statement only while the template extends no other.
    case unlessExtended(Int)
}

struct RunCode: Sendable {
    let variables: RunVariables
    /// The outputs of the variables are expressions of their own, for values that are no small numbers.
    let pieces: [Piece]

    enum Piece: Sendable {
        case text(Int)
        case value(Int)
    }
}

/// The slots of the variables that a run puts out.
struct RunVariables: Sendable {
    let first: Int
    /// Where the run counts by two variables; -1 otherwise.
    var second = -1
}

struct TextAndOutput: Sendable {
    let text: Int
    let value: Int
}

struct BranchCode: Sendable {
    let test: Int
    let then: Body
    let otherwise: Body
}

struct AssignmentCode: Sendable {
    let target: Int
    let value: Int
}

/// What a slot holds when its scope is entered.
enum SlotLoad: Sendable {
    case resolve(slot: Int, name: Int)
    case copy(slot: Int, hops: Int, from: Int)
    case missing(slot: Int, name: Int)
}

struct ArgumentList: Sendable {
    let positional: [Int]
    let named: [NamedArgument]
    let list: Int?
    let dict: Int?

    /// Whether there are only positional arguments.
    var isPositional: Bool { named.isEmpty && list == nil && dict == nil }

    struct NamedArgument: Sendable {
        let name: String
        let value: Int
    }
}

/// A part of a template with a frame of its own: its top level, a block, a macro or a recursive loop.
struct FunctionCode: Sendable {
    var slotCount = 0
    var loads = 0..<0
    var body = Body(first: 0, count: 0)
}

/// A macro; an object, because its parts are looked at in every call.
final class MacroCode: Sendable {
    let name: String
    let function: Int
    let parameters: [MacroParameter]
    let callerSlot: Int?
    let keywordsSlot: Int?
    let extrasSlot: Int?
    /// Where the macro itself is put; -1 for the body of a call block.
    let slot: Int
    /// The name under which the template's context knows it, or -1.
    let exportName: Int
    /// Whether every argument has a parameter of its own.
    let isPlain: Bool

    init(
        name: String, function: Int, parameters: [MacroParameter], callerSlot: Int?, keywordsSlot: Int?, extrasSlot: Int?, slot: Int,
        exportName: Int
    ) {
        self.name = name
        self.function = function
        self.parameters = parameters
        self.callerSlot = callerSlot
        self.keywordsSlot = keywordsSlot
        self.extrasSlot = extrasSlot
        self.slot = slot
        self.exportName = exportName
        isPlain = callerSlot == nil && keywordsSlot == nil && extrasSlot == nil
    }
}

struct MacroParameter: Sendable {
    let name: String
    let nameID: Int
    let slot: Int
    /// The expression of the default; -1 without one.
    let defaultValue: Int
}

struct LoopCode: Sendable {
    let iterable: Int
    let target: Int
    let loopSlot: Int?
    let condition: Int?
    let conditionTarget: Int
    let conditionLoads: Range<Int>
    /// What cannot change while the loop runs.
    let constantLoads: Range<Int>
    /// What starts anew with each item.
    let loads: Range<Int>
    let body: Body
    let elseLoads: Range<Int>
    let otherwise: Body
    /// The function that holds the body, when the loop can call itself.
    let function: Int?
}

enum TargetCode: Sendable {
    case slot(Int, exportName: Int)
    case namespace(variable: Int, name: Int)
    indirect case tuple([TargetCode])
}

struct CaptureCode: Sendable {
    let loads: Range<Int>
    let body: Body
    let filter: Int
    /// Where the text goes; -1 writes it to the output.
    let target: Int
}

struct ScopeCode: Sendable {
    /// What is put into slots before the loads of the scope, for `with`.
    let bindings: [Binding]
    /// The expression that turns escaping on or off; -1 where it stays as it is.
    let escaping: Int
    let loads: Range<Int>
    let body: Body

    struct Binding: Sendable {
        let target: Int
        let value: Int
    }
}

struct IncludeCode: Sendable {
    let template: Int
    let ignoresMissing: Bool
    let withContext: Bool
    /// The local variables that the other template can see, with `with context`.
    let locals: [Local]
    /// The slot for a whole module, or what is taken out of it.
    let moduleTarget: TargetCode?
    let imports: [Import]

    struct Local: Sendable {
        let name: Int
        let hops: Int
        let slot: Int
    }

    struct Import: Sendable {
        let name: Int
        let target: TargetCode
    }
}

struct CallBlockCode: Sendable {
    let macro: Int
    let call: Int
}

struct BlockCode: Sendable {
    let name: String
    let function: Int
    let isRequired: Bool
    let selfSlot: Int?
    let superSlot: Int?
}

/// The place where a block stands in the template.
struct BlockCall: Sendable {
    let block: Int
    /// The locals that a scoped block sees; `nil` when the block is not scoped.
    let locals: [IncludeCode.Local]?
}
