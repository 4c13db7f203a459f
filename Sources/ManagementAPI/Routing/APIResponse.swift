// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import Hummingbird
import JSONText
import Provisioning

/// What a handler answers.
struct APIResponse: Sendable {
    /// A body that is no JSON.
    enum RawBody: Sendable {
        /// Bytes that are at hand.
        case bytes([UInt8])
        /// Bytes that come while somebody reads them.
        case stream(@concurrent @Sendable (inout any ResponseBodyWriter) async throws -> Void)
    }

    let status: HTTPResponse.Status
    var body: JSONValue?
    /// Where what was made can be found.
    var location: String?
    /// The body's media type, where it is not the dialect's.
    var mediaType: String?
    /// The state of the document in the body.
    var revision: DocumentRevision?
    /// A body that is no JSON; it goes before `body`.
    var rawBody: RawBody?
    /// The name under which a browser keeps the body.
    var fileName: String?

    static func ok(_ body: JSONValue) -> APIResponse { APIResponse(status: .ok, body: body) }
    /// A document with its state, which a client names again when it changes the document.
    static func ok(_ body: JSONValue, _ revision: DocumentRevision) -> APIResponse {
        APIResponse(status: .ok, body: body, revision: revision)
    }
    static func created(_ body: JSONValue?, at location: String) -> APIResponse {
        APIResponse(status: .created, body: body, location: location)
    }
    static func created(_ body: JSONValue?, at location: String, _ revision: DocumentRevision) -> APIResponse {
        APIResponse(status: .created, body: body, location: location, revision: revision)
    }
    static let noContent = APIResponse(status: .noContent)
    /// A text of another media type.
    static func text(_ text: String, _ mediaType: String, fileName: String? = nil) -> APIResponse {
        APIResponse(status: .ok, mediaType: mediaType, rawBody: .bytes(Array(text.utf8)), fileName: fileName)
    }
}

extension APIError {
    /// A client did not say which state of a document it knows (RFC 6585, 3).
    static var revisionRequired: APIError {
        APIError(
            .preconditionRequired,
            "this may be another document by now than the one that you know: send the ETag that GET shows as If-Match, or If-Match: * to do it whatever is there")
    }
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
    /// After how many seconds to try again.
    var retryAfter: Int?
    /// More for programs, as further members of the problem document.
    var more: JSONObject = [:]

    init(
        _ status: HTTPResponse.Status, _ text: String, field: String? = nil, allow: String? = nil, retryAfter: Int? = nil, more: JSONObject = [:]
    ) {
        self.status = status
        self.text = text
        self.field = field
        self.allow = allow
        self.retryAfter = retryAfter
        self.more = more
    }
}
