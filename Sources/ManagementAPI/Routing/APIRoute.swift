// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText

/// One thing that can be done with one kind of resource.
struct APIRoute: Sendable {
    /// A part of a path between slashes.
    enum Segment: Sendable, Equatable {
        case literal(String)
        case parameter(String)
    }

    let method: HTTPRequest.Method
    let segments: [Segment]
    /// What a token must allow, or `nil` if no token is needed. `{name}` stands for the value of a path parameter.
    let permission: String?
    let handler: @Sendable (APIRequest) async throws -> APIResponse

    /// Makes a route.
    ///
    /// - Parameter path: Such as `/0.2/cfg_mgr/configs/{id}/raw`.
    init(
        _ method: HTTPRequest.Method, _ path: String, _ permission: String?,
        _ handler: @escaping @Sendable (APIRequest) async throws -> APIResponse
    ) {
        self.method = method
        self.permission = permission
        self.handler = handler
        segments = path.split(separator: "/").map { part in
            part.hasPrefix("{") && part.hasSuffix("}") ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
    }

    /// The values of the parameters if the path is this route's, else `nil`.
    func parameters(of path: [String]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (segment, part) in zip(segments, path) {
            switch segment {
            case .literal(let text): guard text == part else { return nil }
            case .parameter(let name): parameters[name] = part
            }
        }
        return parameters
    }

    /// The permission with the values filled in. A dot in a value would split it, so that it becomes `_`.
    func permission(with parameters: [String: String]) -> String? {
        guard var text = permission else { return nil }
        for (name, value) in parameters {
            text = text.replacing("{\(name)}", with: value.replacing(".", with: "_"))
        }
        return text
    }
}

/// A request as a handler sees it: authenticated, with its body read.
struct APIRequest: Sendable {
    /// The values of the path's parameters, percent-decoded.
    let parameters: [String: String]
    /// The first value of each query parameter, percent-decoded.
    let query: [String: String]
    /// The body, for methods that have one.
    let body: JSONValue
    /// The tenant for which the request is made.
    let access: APIAccess

    /// The value of a path parameter. Routes name the parameters that their handlers read.
    func parameter(_ name: String) -> String { parameters[name] ?? "" }
}

/// What a handler answers.
struct APIResponse: Sendable {
    let status: HTTPResponse.Status
    let body: JSONValue?
    let location: String?

    static func ok(_ body: JSONValue) -> APIResponse { APIResponse(status: .ok, body: body, location: nil) }
    static func created(_ body: JSONValue?, at location: String) -> APIResponse {
        APIResponse(status: .created, body: body, location: location)
    }
    static let noContent = APIResponse(status: .noContent, body: nil, location: nil)
}

/// A refusal that has a place in the API.
struct APIError: Error, Sendable {
    let status: HTTPResponse.Status
    /// What is wrong and what to do.
    let text: String
    /// The member of the body that is wrong.
    var field: String?

    init(_ status: HTTPResponse.Status, _ text: String, field: String? = nil) {
        self.status = status
        self.text = text
        self.field = field
    }
}
