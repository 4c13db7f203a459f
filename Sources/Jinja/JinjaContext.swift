// SPDX-License-Identifier: GPL-3.0-or-later

/// The variables of a rendering.
///
/// Copies share their storage: build a context once and render with it as often as needed, or copy it and
/// set a few variables for one rendering.
public struct JinjaContext: Sendable, ExpressibleByDictionaryLiteral {
    /// The variables by name.
    public var variables: JinjaDict

    /// Makes a context of variables.
    public init(_ variables: JinjaDict = JinjaDict()) { self.variables = variables }

    /// Makes a context of variables.
    public init(_ variables: [String: JinjaValue]) { self.variables = JinjaDict(variables) }

    public init(dictionaryLiteral elements: (String, JinjaValue)...) { variables = JinjaDict(elements) }

    /// The variable of a name.
    public subscript(name: String) -> JinjaValue? {
        get { variables[name] }
        set { variables[name] = newValue }
    }
}
