// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText

/// What a handler answers.
struct APIResponse: Sendable {
    let status: HTTPResponse.Status
    var body: JSONValue?
    /// Where what was made can be found.
    var location: String?
    /// The body's media type, where it is not the dialect's.
    var mediaType: String?

    static func ok(_ body: JSONValue) -> APIResponse { APIResponse(status: .ok, body: body) }
    static func created(_ body: JSONValue?, at location: String) -> APIResponse {
        APIResponse(status: .created, body: body, location: location)
    }
    static let noContent = APIResponse(status: .noContent)
}

/// A refusal that has a place in the API.
struct APIError: Error, Sendable {
    let status: HTTPResponse.Status
    /// What is wrong and what to do.
    let text: String
    /// The member of the body or the query parameter that is wrong.
    var field: String?
    /// The methods that would do, for 405.
    var allow: String?

    init(_ status: HTTPResponse.Status, _ text: String, field: String? = nil, allow: String? = nil) {
        self.status = status
        self.text = text
        self.field = field
        self.allow = allow
    }
}
