// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText
import Jinja

/// One rendering test of a plugin, with everything that another engine needs to render the same.
public struct PluginRenderCase: Sendable {
    /// The test's name.
    public let name: String
    /// Where the test is written.
    public let place: PluginProblem.Place
    /// The rule that serves the file.
    public let rule: FileRule
    /// The template below `templates/`.
    public let template: String
    /// The path of the expected file, if the test names one.
    public let golden: String?
    /// Whether rendering must be refused.
    public let mustFail: Bool
    /// What the template sees.
    public let context: JSONValue

    init(test: RenderTest, match: FileMatch, template: String, golden: String?, context: JinjaDict) {
        name = test.name
        place = test.place
        rule = match.rule
        self.template = template
        self.golden = golden
        mustFail = test.mustFail
        self.context = JSONValue(context)
    }
}

extension Plugin {
    /// What the template of a file sees, as far as JSON has it.
    public func templateVariables(_ match: FileMatch, context: RenderContext) -> JSONValue { JSONValue(variables(match, context)) }
}

extension JSONValue {
    /// The same members, as far as JSON has them.
    init(_ dict: JinjaDict) {
        self = .object(JSONObject(zip(dict.keys, dict.values).map { ($0.stringValue ?? "", JSONValue($1)) }))
    }

    private init(_ value: JinjaValue) {
        self =
            switch value {
            case .bool(let flag): .bool(flag)
            case .int(let number): .int(number)
            case .double(let number): .double(number)
            case .string(let text), .safe(let text): .string(text)
            case .list(let values), .tuple(let values): .array(values.values.map { JSONValue($0) })
            case .dict(let dict): JSONValue(dict)
            default: .null
            }
    }
}
