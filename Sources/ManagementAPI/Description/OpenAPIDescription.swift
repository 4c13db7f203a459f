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
        for route in routes {
            guard let described = route.operation else { continue }
            var item = paths[route.path]?.object ?? [:]
            item[route.method.rawValue.lowercased()] = operation(route, described)
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

    private static func operation(_ route: APIRoute, _ described: APIOperation) -> JSONValue {
        var parameters: [JSONValue] = []
        for case .parameter(let name) in route.segments {
            let known = described.path.first { $0.name == name }
            parameters.append([
                "name": .string(name), "in": "path", "required": true, "description": known.map { .string($0.summary) } ?? "which one",
                "schema": known?.schema ?? ["type": "string", "minLength": 1],
            ])
        }
        for parameter in described.query {
            parameters.append([
                "name": .string(parameter.name), "in": "query", "required": .bool(parameter.isRequired), "description": .string(parameter.summary),
                "schema": parameter.schema,
            ])
        }
        for parameter in described.headers { parameters.append(header(parameter.name, parameter.summary)) }
        parameters.append([
            "name": "Wazo-Tenant", "in": "header", "description": "the tenant for which to act, if it is not the token's own",
            "schema": ["type": "string"],
        ])
        if route.method == .post, !described.hasFile { parameters.append(header("Idempotency-Key", matching: "^[!-~]{1,255}$", "by which a request that is sent again is known as the same")) }
        switch described.revision {
        case .none: break
        case .shown where route.method == .get: parameters.append(header("If-None-Match", "the ETag of what the client has: if it is the same still, the answer is 304"))
        case .shown, .shownWithMore: break
        case .checked: parameters.append(header("If-Match", matching: tags, "the ETag of the document as it was seen: if it is another by now, nothing is done (412)"))
        case .required:
            parameters.append(
                header(
                    "If-Match", matching: tags, isRequired: true,
                    "the ETag of the document as it was seen, or * for whatever it is: if it is another by now, nothing is done (412); without it neither (428)"))
        case .requiredIfThere:
            parameters.append(
                header("If-Match", matching: tags, "the ETag of the document as it was seen, or * for whatever it is: if it is another by now, nothing is done (412); needed if there is one (428)"))
        }
        var operation: JSONObject = [
            "summary": .string(described.summary), "operationId": .string(identifier(route)), "tags": [.string(tag(route))],
            "parameters": .array(parameters), "responses": responses(described, route),
        ]
        if let permission = route.permission { operation["description"] = .string("needs the permission `\(permission)`") }
        if route.permission == nil { operation["security"] = [] }
        if [.post, .put, .patch].contains(route.method) {
            let type = described.bodyType ?? APIDialect.current.mediaType
            // A file is described by its media type alone (OpenAPI 3.1, 4.8.14.1).
            let schema: JSONValue = described.hasFile ? [:] : described.body.map(reference) ?? ["type": "string"]
            var content: JSONObject = [type: ["schema": schema]]
            if route.method == .patch { content["application/merge-patch+json"] = ["schema": schema] }
            operation["requestBody"] = ["required": true, "content": .object(content)]
        }
        return .object(operation)
    }

    /// What names states of a document (RFC 9110, 13.1.1).
    private static let tags = #"^(\*|"[!#-~]*"(, *"[!#-~]*")*)$"#

    private static func header(_ name: String, matching pattern: String? = nil, isRequired: Bool = false, _ summary: String) -> JSONValue {
        var schema: JSONObject = ["type": "string"]
        schema["pattern"] = pattern.map(JSONValue.string)
        return ["name": .string(name), "in": "header", "required": .bool(isRequired), "description": .string(summary), "schema": .object(schema)]
    }

    private static func responses(_ operation: APIOperation, _ route: APIRoute) -> JSONValue {
        var success: JSONObject = ["description": "as asked"]
        var headers = JSONObject()
        if operation.status == 201 { headers["Location"] = ["description": "the path of what was made", "required": true, "schema": ["type": "string"]] }
        if [.shown, .shownWithMore].contains(operation.revision) { headers["ETag"] = ["description": "the state of the document", "required": true, "schema": ["type": "string"]] }
        if !headers.isEmpty { success["headers"] = .object(headers) }
        if let type = operation.answerType {
            success["content"] = .object([type: ["schema": ["type": "string"]]])
        } else if let schema = operation.answer {
            success["content"] = ["application/json": ["schema": reference(schema)]]
        }
        let problem: JSONValue = [
            "description": "a problem", "content": ["application/problem+json": ["schema": reference("Problem")]],
        ]
        var responses: JSONObject = [String(operation.status): .object(success)]
        if operation.revision == .shown, route.method == .get { responses["304"] = ["description": "it is as the client has it"] }
        responses["429"] = [
            "description": "too many requests", "headers": ["Retry-After": ["description": "in how many seconds", "required": true, "schema": ["type": "integer"]]],
            "content": ["application/problem+json": ["schema": reference("Problem")]],
        ]
        responses["default"] = problem
        return .object(responses)
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
