// SPDX-License-Identifier: GPL-3.0-or-later
struct Renderer {
    init(environment: JinjaEnvironment, code: CompiledTemplate, context: JinjaContext, escaping: JinjaEscaping, limits: RenderLimits) {}
    mutating func render() throws(JinjaRenderError) -> [UInt8] { throw JinjaRenderError(.value, "rendering is not there yet") }
}
