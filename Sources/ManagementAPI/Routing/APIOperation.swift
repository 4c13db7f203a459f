// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText

/// What the API's description (OpenAPI 3.1) says of a route. Schemas are named as in ``OpenAPISchemas``.
struct APIOperation: Sendable {
    /// A query parameter.
    struct Parameter: Sendable {
        let name: String
        let schema: JSONValue
        let summary: String

        static func text(_ name: String, _ summary: String) -> Parameter { Parameter(name: name, schema: ["type": "string"], summary: summary) }
        static func flag(_ name: String, _ summary: String) -> Parameter {
            Parameter(name: name, schema: ["type": "string", "enum": ["true", "false"]], summary: summary)
        }
        static func number(_ name: String, _ range: ClosedRange<Int>, _ summary: String) -> Parameter {
            Parameter(
                name: name, schema: ["type": "integer", "minimum": .int(range.lowerBound), "maximum": .int(range.upperBound)], summary: summary)
        }
    }

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

    init(
        _ summary: String, body: String? = nil, bodyType: String? = nil, hasFile: Bool = false, status: Int = 200, answer: String? = nil,
        answerType: String? = nil, query: [Parameter] = [], headers: [Parameter] = []
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
    }
}
