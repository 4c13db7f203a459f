// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes

/// One thing that can be done with one kind of resource.
struct APIRoute: Sendable {
    typealias Handler = @Sendable (APIRequest) async throws -> APIResponse

    /// A part of a path between slashes.
    enum Segment: Sendable, Hashable {
        case literal(String)
        case parameter(String)
    }

    let method: HTTPRequest.Method
    /// The path as the API's description writes it, such as `/0.2/cfg_mgr/configs/{id}/raw`.
    let path: String
    let segments: [Segment]
    /// What a token must allow, or `nil` if no token is needed. `{name}` stands for the value of a path parameter.
    let permission: String?
    /// Whether there is anything at a path of this form. It is asked before the token: clients of wazo-provd know that
    /// a plugin that is not there is 404 whoever asks.
    let exists: (@Sendable (_ parameters: [String: String]) -> Bool)?
    let handler: Handler
    /// What the API's description says of it.
    private(set) var operation: APIOperation?

    /// The same route with a description.
    func described(_ operation: APIOperation) -> APIRoute {
        var route = self
        route.operation = operation
        return route
    }

    /// Makes a route.
    init(
        _ method: HTTPRequest.Method, _ path: String, _ permission: String?,
        exists: (@Sendable (_ parameters: [String: String]) -> Bool)? = nil, _ handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.permission = permission
        self.exists = exists
        self.handler = handler
        segments = path.split(separator: "/").map { part in
            part.hasPrefix("{") && part.hasSuffix("}") ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
    }

    /// The permission with the values filled in. A dot in a value would split it, so that it becomes `_`.
    func permission(with parameters: [String: String]) -> String? {
        guard var text = permission else { return nil }
        for (name, value) in parameters {
            // The tenant of the request is filled in by whoever checks the token.
            text = text.replacing("{\(name)}", with: value.replacing(".", with: "_"))
        }
        return text
    }
}
