// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText

/// What the API's description (OpenAPI 3.1) says of a route. Schemas are named as in ``OpenAPISchemas``.
struct APIOperation: Sendable {
    /// A query parameter.
    struct Parameter: Sendable {
        let name: String
        let schema: JSONValue
        let summary: String
        /// Whether it cannot be left out.
        var isRequired = false

        /// The same parameter as one that cannot be left out.
        var required: Parameter { Parameter(name: name, schema: schema, summary: summary, isRequired: true) }

        static func text(_ name: String, _ summary: String) -> Parameter { Parameter(name: name, schema: ["type": "string"], summary: summary) }
        /// A text of a form, as a regular expression in the dialect of JSON Schema.
        static func text(_ name: String, matching pattern: String, _ summary: String) -> Parameter {
            Parameter(name: name, schema: ["type": "string", "pattern": .string(pattern)], summary: summary)
        }
        /// One of several words.
        static func word(_ name: String, of words: [String], _ summary: String) -> Parameter {
            Parameter(name: name, schema: ["type": "string", "enum": .array(words.map(JSONValue.string))], summary: summary)
        }
        /// A hardware address.
        static func mac(_ name: String, _ summary: String) -> Parameter {
            Parameter(name: name, schema: ["$ref": "#/components/schemas/MAC"], summary: summary)
        }
        static func flag(_ name: String, _ summary: String) -> Parameter {
            Parameter(name: name, schema: ["type": "string", "enum": ["true", "false"]], summary: summary)
        }
        static func number(_ name: String, _ range: ClosedRange<Int>, _ summary: String) -> Parameter {
            Parameter(
                name: name, schema: ["type": "integer", "minimum": .int(range.lowerBound), "maximum": .int(range.upperBound)], summary: summary)
        }
    }

    /// What an operation has to do with the state of the document that it is about.
    enum Revision: Sendable {
        /// Nothing.
        case none
        /// The answer names it (`ETag`), and is nothing but the document: who has it needs it not again (`If-None-Match`).
        case shown
        /// The answer names it, and says more than the document holds.
        case shownWithMore
        /// A client may say which it expects (`If-Match`).
        case checked
        /// A client must say which it expects, be it that any will do: what it does not know of would be lost, as another's change or a line
        /// that has become somebody's.
        case required
        /// The same where there is a document already; the handler finds that out.
        case requiredIfThere
    }

    /// The schema of a body that says nothing.
    static let emptyBody = "Empty"

    /// What it does, in one line.
    let summary: String
    /// The schema of the request's body.
    var body: String?
    /// The media type of the request's body, where it is no JSON.
    var bodyType: String?
    /// Whether the body is a file of that type, which the handler reads piece by piece.
    var hasFile = false
    /// The status of success.
    var status = 200
    /// The schema of the answer's body.
    var answer: String?
    /// The media type of the answer's body, where it is no JSON.
    var answerType: String?
    /// The query parameters.
    var query: [Parameter] = []
    /// Headers that are this route's own.
    var headers: [Parameter] = []
    /// What it has to do with the state of its document.
    var revision = Revision.none
    /// What parameters of the path can be, where they are not keys of anything.
    var path: [Parameter] = []

    init(
        _ summary: String, body: String? = nil, bodyType: String? = nil, hasFile: Bool = false, status: Int = 200, answer: String? = nil,
        answerType: String? = nil, query: [Parameter] = [], headers: [Parameter] = [], revision: Revision = .none, path: [Parameter] = []
    ) {
        self.summary = summary
        self.body = body
        self.bodyType = bodyType
        self.hasFile = hasFile
        self.status = status
        self.answer = answer
        self.answerType = answerType
        self.query = query
        self.headers = headers
        self.revision = revision
        self.path = path
    }
}
