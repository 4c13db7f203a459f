// SPDX-License-Identifier: GPL-3.0-or-later

import Synchronization

/// One rendering: it walks the compiled nodes, holds the variables, and counts what is used.
///
/// Everything that changes during a rendering lives here, in arrays; values name such things by their
/// position, so that a value never refers back to the rendering.
struct Renderer {
    /// The variables of a function that is not running now.
    struct Frame {
        var slots: [JinjaValue] = []
        /// The frame of the function around, or -1.
        let closure: Int
        /// Whether a macro can still refer to it after its function has ended.
        var isKept = false
    }

    /// What to go back to when a function ends.
    struct Caller {
        let code: CompiledTemplate
        let frame: Int
        let context: Int
        let isEscaping: Bool
        let extended: CompiledTemplate?
        let runTable: Int
    }

    let environment: JinjaEnvironment
    let limits: RenderLimits
    let escaping: JinjaEscaping
    let undefinedBehavior: JinjaOptions.UndefinedBehavior

    // MARK: Where the rendering stands

    /// The template whose nodes are walked.
    var code: CompiledTemplate
    /// The variables of the running function.
    var slots: [JinjaValue] = []
    var frame = 0
    var context = 0
    /// Whether values are escaped here.
    var isEscaping: Bool
    /// The template that the running one extends.
    var extended: CompiledTemplate?
    /// What a block with a filter has captured.
    var captured: JinjaValue = .null
    var output: [UInt8] = []
    /// The most bytes that ``output`` may have; less than the whole while captures have put other output aside.
    var outputLimit: Int

    /// The prepared runs of the running template.
    var runs: PreparedRuns
    /// Whether runs were prepared that are worth keeping for the next rendering.
    var haveRunsChanged = false
    /// The prepared runs of all templates that took part; those of the running one are in ``runs``.
    private var runTables: [(code: CompiledTemplate, runs: PreparedRuns)] = []
    private var runTable = 0

    // MARK: What it has made

    var frames: [Frame] = []
    var contexts: [TemplateContext] = []
    var loops: [LoopState] = []
    var loopCount = 0
    var macros: [MacroInstance] = []
    var namespaces: [JinjaDict] = []
    var cyclers: [CyclerState] = []
    var joiners: [JoinerState] = []
    var modules: [ModuleState] = []
    var iterators: [ArraySlice<JinjaValue>] = []

    // MARK: What it may still use

    private(set) var stepsLeft: Int
    private(set) var valueBytesLeft: Int
    private var callDepth = 0
    private var nesting = 0
    private var keptFrames = 0

    init(
        environment: JinjaEnvironment, code: CompiledTemplate, context: JinjaContext, escaping: JinjaEscaping,
        limits: RenderLimits
    ) {
        self.environment = environment
        self.code = code
        self.limits = limits
        self.escaping = escaping
        undefinedBehavior = environment.options.undefined
        isEscaping = escaping.isActive
        outputLimit = limits.outputBytes
        stepsLeft = limits.steps
        valueBytesLeft = limits.valueBytes
        runs = code.preparedRuns.withLock { $0 }
        runTables.append((code, PreparedRuns(runs: 0)))
        frames.append(Frame(closure: -1))
        contexts.append(
            TemplateContext(code: code, layers: [environment.globals, context.variables], blocks: TemplateContext.blocks(of: code)))
    }

    /// Renders the template and, if it extends another, that one.
    mutating func render() throws(JinjaRenderError) -> [UInt8] {
        if contexts[0].layers.contains(where: { $0.depth > RenderLimits.valueDepth }) {
            throw JinjaRenderError(.limit, "the context is nested more than \(RenderLimits.valueDepth) levels deep")
                .located(in: code.name, at: SourcePosition(line: 1, column: 1))
        }
        let expected = code.lastOutputCount.load(ordering: .relaxed)
        output.reserveCapacity(expected == 0 ? code.source.count * 2 : expected + expected / 16)
        try renderRoot(of: code, context: 0)
        if haveRunsChanged { keepRuns() }
        code.lastOutputCount.store(output.count, ordering: .relaxed)
        return output
    }

    // MARK: - Prepared runs

    /// Makes the prepared runs of a template the current ones.
    private mutating func useRuns(ofTable table: Int) {
        swap(&runTables[runTable].runs, &runs)
        runTable = table
        swap(&runTables[table].runs, &runs)
    }

    private mutating func useRuns(of code: CompiledTemplate) {
        if code === runTables[runTable].code { return }
        if let known = runTables.firstIndex(where: { $0.code === code }) {
            useRuns(ofTable: known)
        } else {
            runTables.append((code, code.preparedRuns.withLock { $0 }))
            useRuns(ofTable: runTables.count - 1)
        }
    }

    /// Leaves the runs to the next rendering; of two at the same time, the one that prepared more counts.
    private mutating func keepRuns() {
        useRuns(ofTable: runTable)
        swap(&runTables[runTable].runs, &runs)
        for table in runTables {
            table.code.preparedRuns.withLock { if table.runs.bytesLeft < $0.bytesLeft { $0 = table.runs } }
        }
    }

    // MARK: - Functions

    /// Makes a function of a template the running one.
    mutating func enter(
        _ function: Int, of code: CompiledTemplate, closure: Int, context: Int, slots variables: [JinjaValue]? = nil
    ) throws(JinjaRenderError) -> Caller {
        callDepth += 1
        nesting += code.nesting
        if callDepth > limits.callDepth || nesting > RenderLimits.nesting {
            throw JinjaRenderError(
                .limit, "calls, includes and blocks are nested too deeply (\(callDepth) levels); a template may not call itself without end"
            )
        }
        try useSteps(1)
        let caller = Caller(
            code: self.code, frame: frame, context: self.context, isEscaping: isEscaping, extended: extended, runTable: runTable)
        swap(&frames[frame].slots, &slots)
        frames.append(Frame(closure: closure))
        frame = frames.count - 1
        self.code = code
        self.context = context
        useRuns(of: code)
        slots = variables ?? [JinjaValue](repeating: .null, count: code.functions[function].slotCount)
        return caller
    }

    /// Goes back to the function that was running before.
    mutating func leave(_ caller: Caller) throws(JinjaRenderError) {
        callDepth -= 1
        nesting -= code.nesting
        if frame == frames.count - 1, !frames[frame].isKept {
            frames.removeLast()
        } else {
            swap(&frames[frame].slots, &slots)
            keptFrames += 1
            if keptFrames > RenderLimits.keptFrames {
                throw JinjaRenderError(.limit, "more than \(RenderLimits.keptFrames) macros with macros inside were called")
            }
        }
        code = caller.code
        frame = caller.frame
        context = caller.context
        isEscaping = caller.isEscaping
        extended = caller.extended
        if caller.runTable != runTable { useRuns(ofTable: caller.runTable) }
        slots = []
        swap(&frames[frame].slots, &slots)
    }

    /// Fills the slots of a scope that is entered.
    mutating func load(_ range: Range<Int>) {
        for index in range {
            switch code.loads[index] {
            case .resolve(let slot, let name): slots[slot] = resolve(code.names[name])
            case .copy(let slot, let hops, let from): slots[slot] = variable(hops: hops, slot: from)
            case .missing(let slot, let name): slots[slot] = code.names[name].missing
            }
        }
    }

    /// A variable of the running function, or of one around it.
    func variable(hops: Int, slot: Int) -> JinjaValue {
        if hops == 0 { return slots[slot] }
        var frame = frame
        for _ in 0..<hops { frame = frames[frame].closure }
        // The frame of the function around is this one's own when a recursive loop or macro runs inside it.
        let found = frames[frame].slots
        return slot < found.count ? found[slot] : .undefined
    }

    /// Marks the running function's frame, and those around it, as needed by a macro.
    mutating func keepFrame() {
        var frame = frame
        while frame >= 0, !frames[frame].isKept {
            frames[frame].isKept = true
            frame = frames[frame].closure
        }
    }

    // MARK: - Use

    /// Counts work, before it is done.
    mutating func useSteps(_ count: Int) throws(JinjaRenderError) {
        stepsLeft -= count
        if stepsLeft < 0 {
            throw JinjaRenderError(.limit, "rendering takes more than \(limits.steps) steps")
        }
    }

    /// Counts bytes of a value, before it is made.
    mutating func useBytes(_ count: Int) throws(JinjaRenderError) {
        valueBytesLeft -= count
        if valueBytesLeft < 0 {
            throw JinjaRenderError(.limit, "rendering makes more than \(limits.valueBytes) bytes of values")
        }
    }

    /// Counts a string's bytes, before it is made.
    mutating func useString(_ count: Int) throws(JinjaRenderError) {
        if count > limits.stringBytes {
            throw JinjaRenderError(.limit, "a string would have \(count) bytes; at most \(limits.stringBytes) are allowed")
        }
        try useBytes(count)
    }

    /// A list of values that were counted here, refused when it is nested too deeply.
    mutating func makeList(_ values: [JinjaValue]) throws(JinjaRenderError) -> JinjaList {
        try useBytes(values.count * MemoryLayout<JinjaValue>.stride)
        return try checked(JinjaList(values))
    }

    func checked(_ list: JinjaList) throws(JinjaRenderError) -> JinjaList {
        if list.depth > RenderLimits.valueDepth { throw tooDeep() }
        return list
    }

    func tooDeep() -> JinjaRenderError {
        JinjaRenderError(.limit, "a value is nested more than \(RenderLimits.valueDepth) levels deep")
    }

    func outputTooLong() -> JinjaRenderError {
        JinjaRenderError(.limit, "the output has more than \(limits.outputBytes) bytes")
    }
}
