// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText

/// The description of the API under `/1.0` (OpenAPI 3.1), made of the routes themselves and of the schemas in ``OpenAPISchemas``.
enum OpenAPIDescription {
    /// The route that serves the description of other routes. It needs no token.
    static func route(of routes: [APIRoute]) -> APIRoute {
        let description = document(of: routes)
        return APIRoute(.get, "/1.0/openapi.json", nil) { _ in .ok(description) }
    }

    static func document(of routes: [APIRoute]) -> JSONValue {
        var paths = JSONObject()
        for route in routes where route.path.hasPrefix("/1.0/") {
            var item = paths[route.path]?.object ?? [:]
            item[route.method.rawValue.lowercased()] = operation(route)
            paths[route.path] = .object(item)
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "provd", "version": "1.0", "license": ["name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"],
                "description": "Phones, lines, and what they did. Errors are problem documents (RFC 9457).",
            ],
            "servers": [["url": "/"]], "security": [["token": []]], "paths": .object(paths),
            "components": [
                "securitySchemes": ["token": ["type": "apiKey", "in": "header", "name": "X-Auth-Token"]],
                "schemas": OpenAPISchemas.all,
            ],
        ]
    }

    private static func operation(_ route: APIRoute) -> JSONValue {
        let described = route.operation ?? APIOperation("\(route.method.rawValue) \(route.path)", answer: "Anything")
        var parameters: [JSONValue] = []
        for case .parameter(let name) in route.segments {
            parameters.append(["name": .string(name), "in": "path", "required": true, "schema": ["type": "string", "minLength": 1]])
        }
        for parameter in described.query {
            parameters.append([
                "name": .string(parameter.name), "in": "query", "description": .string(parameter.summary), "schema": parameter.schema,
            ])
        }
        for parameter in described.headers { parameters.append(header(parameter.name, parameter.summary)) }
        parameters.append([
            "name": "Wazo-Tenant", "in": "header", "description": "the tenant for which to act, if it is not the token's own",
            "schema": ["type": "string"],
        ])
        if route.method == .post { parameters.append(header("Idempotency-Key", "by which a request that is sent again is known as the same")) }
        if [.put, .patch, .delete].contains(route.method) {
            parameters.append(header("If-Match", "the ETag of the document as it was seen: if it is another by now, nothing is done (412)"))
        }
        var operation: JSONObject = [
            "summary": .string(described.summary), "operationId": .string(identifier(route)), "tags": [.string(tag(route))],
            "parameters": .array(parameters), "responses": responses(described),
        ]
        if let permission = route.permission { operation["description"] = .string("needs the permission `\(permission)`") }
        if route.permission == nil { operation["security"] = [] }
        if [.post, .put, .patch].contains(route.method) {
            let type = described.bodyType ?? APIDialect.current.mediaType
            // A file is described by its media type alone (OpenAPI 3.1, 4.8.14.1).
            let schema: JSONValue = described.hasFile ? [:] : described.bodyType == nil ? reference(described.body ?? "Anything") : ["type": "string"]
            operation["requestBody"] = ["required": true, "content": .object([type: ["schema": schema]])]
        }
        return .object(operation)
    }

    private static func header(_ name: String, _ summary: String) -> JSONValue {
        ["name": .string(name), "in": "header", "description": .string(summary), "schema": ["type": "string"]]
    }

    private static func responses(_ operation: APIOperation) -> JSONValue {
        var success: JSONObject = ["description": "as asked"]
        if let type = operation.answerType {
            success["content"] = .object([type: ["schema": ["type": "string"]]])
        } else if let schema = operation.answer {
            success["content"] = ["application/json": ["schema": reference(schema)]]
        }
        let problem: JSONValue = [
            "description": "a problem", "content": ["application/problem+json": ["schema": reference("Problem")]],
        ]
        return .object([String(operation.status): .object(success), "default": problem])
    }

    private static func reference(_ schema: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(schema)")] }

    private static func tag(_ route: APIRoute) -> String {
        if case .literal(let name)? = route.segments.dropFirst().first { name } else { "provd" }
    }

    private static func identifier(_ route: APIRoute) -> String {
        let words = route.segments.dropFirst().map { segment in
            switch segment {
            case .literal(let text): text
            case .parameter(let name): "by-\(name)"
            }
        }
        return ([route.method.rawValue.lowercased()] + words).joined(separator: "-").replacing(".", with: "-")
    }
}
