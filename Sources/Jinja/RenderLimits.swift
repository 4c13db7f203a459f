// SPDX-License-Identifier: GPL-3.0-or-later

/// What one rendering may use, so that no template can hang or exhaust the process.
///
/// The defaults are more than ten times what the largest phone configuration needs.
public struct RenderLimits: Sendable, Hashable {
    /// The most work: iterations, calls, and elements looked at by filters and comparisons.
    public var steps: Int
    /// The deepest chain of macro calls, includes, blocks and recursive loops.
    public var callDepth: Int
    /// The most bytes of output.
    public var outputBytes: Int
    /// The longest string an expression may make, in UTF-8 bytes.
    public var stringBytes: Int
    /// The most bytes that all strings and lists made during one rendering may take together.
    ///
    /// It bounds the memory of a rendering, because a template cannot hold more than it has made.
    public var valueBytes: Int

    /// Makes limits; every default can be replaced on its own.
    public init(
        steps: Int = 1_000_000,
        callDepth: Int = 50,
        outputBytes: Int = 8 << 20,
        stringBytes: Int = 4 << 20,
        valueBytes: Int = 64 << 20
    ) {
        self.steps = steps
        self.callDepth = callDepth
        self.outputBytes = outputBytes
        self.stringBytes = stringBytes
        self.valueBytes = valueBytes
    }

    /// The deepest nesting of lists and mappings in a value; deeper values could exhaust the stack when released.
    static let valueDepth = 64
    /// The deepest nesting of an expression and of statements; both are walked recursively.
    static let syntaxDepth = 60
    /// The deepest nesting of syntax over all calls together, which bounds the stack that rendering needs.
    static let nesting = 1000
    /// The longest template source in bytes; phone templates have some tens of kilobytes.
    static let sourceBytes = 4 << 20
    /// The most macro scopes that may outlive their call in one rendering.
    static let keptFrames = 10_000
}
