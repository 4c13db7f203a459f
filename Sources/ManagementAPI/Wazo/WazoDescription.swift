// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText

/// The description of the API under `/0.2` in the form that wazo-provd's clients fetch (OpenAPI 2.0), made of the routes
/// themselves.
enum WazoDescription {
    /// The route that serves the description of other routes. It needs no token.
    static func route(of routes: [APIRoute]) -> APIRoute {
        let description = document(of: routes)
        return APIRoute(.get, "/0.2/api/api.yml", nil) { _ in
            // Every JSON text is YAML (YAML 1.2.2, 1.3).
            APIResponse(status: .ok, body: description, mediaType: "application/yaml")
        }
    }

    private static func document(of routes: [APIRoute]) -> JSONValue {
        var paths = JSONObject()
        for route in routes {
            let path = route.path == "/0.2" ? "/" : String(route.path.dropFirst("/0.2".utf8.count))
            var item = paths[path]?.object ?? [:]
            item[route.method.rawValue.lowercased()] = operation(route)
            paths[path] = .object(item)
        }
        return [
            "swagger": "2.0", "info": ["title": "provd", "version": "0.2"], "basePath": "/0.2",
            "consumes": [.string(APIDialect.wazo.mediaType)], "produces": [.string(APIDialect.wazo.mediaType)],
            "securityDefinitions": ["wazo_auth_token": ["type": "apiKey", "in": "header", "name": "X-Auth-Token"]],
            "security": [["wazo_auth_token": []]], "paths": .object(paths),
        ]
    }

    private static func operation(_ route: APIRoute) -> JSONValue {
        var parameters: [JSONValue] = []
        for case .parameter(let name) in route.segments {
            parameters.append(["name": .string(name), "in": "path", "required": true, "type": "string"])
        }
        if route.method == .post || route.method == .put {
            parameters.append(["name": "body", "in": "body", "required": true, "schema": ["type": "object"]])
        }
        var operation: JSONObject = [
            "responses": ["default": ["description": "see docs/compatibility.md"]], "parameters": .array(parameters),
        ]
        if let permission = route.permission {
            operation["description"] = .string("Required ACL: `\(permission)`")
        }
        return .object(operation)
    }
}
