// SPDX-License-Identifier: GPL-3.0-or-later

/// What a template asks of its surroundings, told from its source alone: variables, other templates, filters.
///
/// It is for tools that look at templates before they are rendered. What a template computes, such as the name of an included
/// template, is not known.
public struct TemplateSurvey: Sendable {
    /// A place in the source; line and column are counted from 1.
    public struct Place: Sendable, Hashable {
        /// The line.
        public let line: Int
        /// The column in Unicode scalars.
        public let column: Int
    }

    /// A variable that the template reads and does not set itself.
    public struct Variable: Sendable, Hashable {
        /// Its name and the names of the members that are read of it: `device.mac` is `["device", "mac"]`. What is known only when
        /// the template is rendered is `*`: the elements of `lines` are `["lines", "*"]`, also under the name of a loop's variable.
        public let path: [String]
        /// Where.
        public let place: Place
    }

    /// Another template that is needed.
    public struct Reference: Sendable, Hashable {
        /// How it is needed.
        public enum Kind: Sendable, Hashable {
            case extends, include, `import`
        }

        /// How it is needed.
        public let kind: Kind
        /// Its name, or several of which the first that exists is taken; empty if the template computes it.
        public let names: [String]
        /// Whether the template does without it.
        public let isOptional: Bool
        /// Where.
        public let place: Place
    }

    /// A filter that is applied.
    public struct Filter: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// The texts among its arguments that stand in the source; `nil` for all others.
        public let arguments: [String?]
        /// Where.
        public let place: Place
    }

    /// The variables in the order of the source.
    public internal(set) var variables: [Variable] = []
    /// The other templates in the order of the source.
    public internal(set) var references: [Reference] = []
    /// The names of all members that are read of anything, also of what the template computes itself.
    public internal(set) var members: Set<String> = []
    /// The filters in the order of the source.
    public internal(set) var filters: [Filter] = []
    /// The names that the template sets somewhere, which included templates see.
    public internal(set) var assigned: Set<String> = []
    /// Where escaping is switched by the template itself.
    public internal(set) var autoescapes: [Place] = []

    /// Looks at a template.
    ///
    /// - Throws: ``JinjaSyntaxError`` when the source is wrong.
    public init(of source: String, name: String = "<template>", options: JinjaOptions = JinjaOptions()) throws(JinjaSyntaxError) {
        let (_, body, _) = try Parser.parse(source, template: name, options: options)
        var surveyor = Surveyor(root: body)
        surveyor.visit(body)
        self = surveyor.survey
    }

    init() {}
}

extension TemplateSurvey.Place {
    init(_ position: SourcePosition) { self.init(line: position.line, column: position.column) }
}
