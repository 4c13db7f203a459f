// SPDX-License-Identifier: GPL-3.0-or-later

/// A compiled template, ready to be rendered any number of times.
public struct JinjaTemplate: Sendable {
    private let environment: JinjaEnvironment
    private let code: CompiledTemplate

    init(environment: JinjaEnvironment, code: CompiledTemplate) {
        self.environment = environment
        self.code = code
    }

    /// The name under which the template was loaded.
    public var name: String { code.name }

    /// Renders the template into UTF-8.
    ///
    /// - Parameters:
    ///   - context: The variables.
    ///   - escaping: How values are written; the environment's by default. One template can serve several formats.
    ///   - limits: What the rendering may use.
    /// - Throws: ``JinjaRenderError`` with the template's name and line.
    public func render(
        _ context: JinjaContext = JinjaContext(), escaping: JinjaEscaping? = nil, limits: RenderLimits = RenderLimits()
    ) throws(JinjaRenderError) -> [UInt8] {
        var renderer = Renderer(
            environment: environment, code: code, context: context, escaping: escaping ?? environment.options.escaping,
            limits: limits)
        return try renderer.render()
    }

    /// Renders the template into UTF-8 with variables from a plain dictionary.
    public func render(
        _ variables: [String: JinjaValue], escaping: JinjaEscaping? = nil, limits: RenderLimits = RenderLimits()
    ) throws(JinjaRenderError) -> [UInt8] {
        try render(JinjaContext(variables), escaping: escaping, limits: limits)
    }
}
