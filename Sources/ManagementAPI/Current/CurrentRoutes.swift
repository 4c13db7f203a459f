// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import ProvModel
import Provisioning

/// The routes under `/1.0`: what is new with provd.
struct CurrentRoutes {
    let useCases: ManagementUseCases

    init(_ useCases: ManagementUseCases) { self.useCases = useCases }

    var all: [APIRoute] { lines + devices + timeline + operations + plugins + repositories + uploads }

    private var lines: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/lines", "provd.lines.read") { _ in
                .ok(["lines": .array(try await useCases.lines.all().map(Self.document))])
            },
            APIRoute(.post, "/1.0/lines", "provd.lines.create") { request in
                let line = try await useCases.lines.add(try Self.draft(request.body))
                return .created(Self.document(line), at: "/1.0/lines/\(line.id)")
            },
            APIRoute(.get, "/1.0/lines/{id}", "provd.lines.{id}.read") { request in
                guard let line = try await useCases.lines.line(LineID(request.parameter("id"))) else { throw Self.noLine }
                return .ok(Self.document(line))
            },
            APIRoute(.delete, "/1.0/lines/{id}", "provd.lines.{id}.delete") { request in
                guard try await useCases.lines.remove(LineID(request.parameter("id"))) else { throw Self.noLine }
                return .noContent
            },
        ]
    }

    private static var noLine: APIError { APIError(.notFound, "there is no such line: GET /1.0/lines lists them") }

    /// A line as clients see it. The password is never shown again.
    private static func document(_ line: Line) -> JSONValue {
        var document: JSONObject = [
            "id": .string(line.id.description), "number": .string(line.number), "display_name": .string(line.displayName),
            "username": .string(line.username), "provisioning_code": line.provisioningCode.map(JSONValue.string) ?? .null,
            "device": line.device.map { .string($0.description) } ?? .null, "server": .null,
        ]
        if let server = line.server {
            document["server"] = ["host": .string(server.host), "port": server.port.map { .int(Int($0)) } ?? .null]
        }
        return .object(document)
    }

    private static func draft(_ body: JSONValue) throws -> LineBook.Draft {
        let known: Set = ["number", "display_name", "username", "password", "provisioning_code", "server"]
        guard let object = body.object else { throw APIError(.badRequest, "the body is an object that describes a line") }
        if let unknown = object.keys.first(where: { !known.contains($0) }) {
            throw APIError(.badRequest, "“\(unknown)” is not a member of a line; they are \(known.sorted().joined(separator: ", "))", field: unknown)
        }
        func text(_ name: String) throws -> String? {
            guard let value = object[name], !value.isNull else { return nil }
            guard let text = value.string else { throw APIError(.badRequest, "\(name) is a text", field: name) }
            return text
        }
        guard let number = try text("number") else { throw APIError(.badRequest, "a line needs a number", field: "number") }
        guard let displayName = try text("display_name") else {
            throw APIError(.badRequest, "a line needs the name of its person", field: "display_name")
        }
        return LineBook.Draft(
            number: number, displayName: displayName, username: try text("username"), password: try text("password"),
            provisioningCode: try text("provisioning_code"), server: try server(object["server"]))
    }

    private static func server(_ value: JSONValue?) throws -> SIPServer? {
        guard let value, !value.isNull else { return nil }
        guard let host = value["host"]?.string else { throw APIError(.badRequest, "a server has a host", field: "server") }
        guard let port = value["port"], !port.isNull else { return SIPServer(host: host) }
        guard let number = port.int.flatMap(UInt16.init(exactly:)), number > 0 else {
            throw APIError(.badRequest, "a port is a number from 1 to 65535", field: "server")
        }
        return SIPServer(host: host, port: number)
    }
}
