// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import ProvModel
import Provisioning

extension CurrentRoutes {
    var lines: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/lines", "provd.lines.read") { request in
                let (after, limit) = try Self.page(request)
                let page = try await useCases.lines(request).page(after: after, limit: limit)
                return Self.page("lines", page.elements.map(Self.document), next: page.next)
            }.described(APIOperation("List the lines.", answer: "Lines", query: Self.pageParameters)),
            APIRoute(.post, "/1.0/lines", "provd.lines.create") { request in
                let line = try await useCases.lines(request).add(try Self.draft(request.body))
                return .created(Self.document(line), at: "/1.0/lines/\(line.id)", line.revision)
            }.described(APIOperation("Add a line.", body: "LineDraft", status: 201, answer: "Line", revision: .shown)),
            APIRoute(.get, "/1.0/lines/{id}", "provd.lines.{id}.read") { request in
                guard let line = try await useCases.lines(request).line(LineID(request.parameter("id"))) else { throw Self.noLine }
                return .ok(Self.document(line), line.revision)
            }.described(APIOperation("One line.", answer: "Line", revision: .shown)),
            APIRoute(.patch, "/1.0/lines/{id}", "provd.lines.{id}.update") { request in
                let change = try LineChange(request.body)
                let line = try await useCases.lines(request).update(LineID(request.parameter("id")), expecting: request.expected) { line in
                    change.apply(to: &line)
                }
                guard let line else { throw Self.noLine }
                return .ok(Self.document(line), line.revision)
            }.described(APIOperation("Change members of a line (RFC 7396).", body: "LineChange", answer: "Line", revision: .required)),
            APIRoute(.delete, "/1.0/lines/{id}", "provd.lines.{id}.delete") { request in
                guard try await useCases.lines(request).remove(LineID(request.parameter("id")), expecting: request.expected) else { throw Self.noLine }
                return .noContent
            }.described(APIOperation("Remove a line; its phone goes back to autoprov.", status: 204, revision: .required)),
            APIRoute(.post, "/1.0/lines/{id}/code", "provd.lines.{id}.code.create") { request in
                guard let line = try await useCases.lines(request).renewCode(LineID(request.parameter("id")), expecting: request.expected) else {
                    throw Self.noLine
                }
                return .ok(Self.document(line), line.revision)
            }.described(APIOperation("Give a line a new provisioning code.", body: "Empty", answer: "Line", revision: .checked)),
            APIRoute(.post, "/1.0/lines/{id}/assign", "provd.lines.{id}.assign.create") { request in
                let members = try Self.members(of: request.body, "an assignment", known: ["device"])
                guard let name = try Self.text("device", in: members) else { throw APIError(.badRequest, "name the device", field: "device") }
                guard let device = try await useCases.devices(request).device(name) else {
                    throw APIError(.badRequest, "no device has this id or hardware address", field: "device")
                }
                let line = try await useCases.lines(request).assign(LineID(request.parameter("id")), to: device.id, expecting: request.expected)
                guard let line else { throw Self.noLine }
                return .ok(Self.document(line), line.revision)
            }.described(APIOperation("Put a line on a device, as if its code had been dialled there.", body: "Assignment", answer: "Line", revision: .checked)),
            APIRoute(.delete, "/1.0/lines/{id}/assign", "provd.lines.{id}.assign.delete") { request in
                guard try await useCases.lines(request).unassign(LineID(request.parameter("id")), expecting: request.expected) != nil else {
                    throw Self.noLine
                }
                return .noContent
            }.described(APIOperation("Take a line off its device.", status: 204, revision: .checked)),
        ]
    }

    static var noLine: APIError { APIError(.notFound, "there is no such line: GET /1.0/lines lists them") }

    /// A line as clients see it. The password is never shown again.
    static func document(_ line: Line) -> JSONValue {
        var document: JSONObject = [
            "id": .string(line.id.description), "tenant_uuid": .string(line.tenant.description), "number": .string(line.number),
            "display_name": .string(line.displayName), "username": .string(line.username),
            "provisioning_code": line.provisioningCode.map(JSONValue.string) ?? .null,
            "code_issued": line.codeIssued.map(JSONValue.double) ?? .null, "code_used": line.codeUsed.map(JSONValue.double) ?? .null,
            "device": line.device.map { .string($0.description) } ?? .null, "server": .null,
        ]
        if let server = line.server {
            document["server"] = ["host": .string(server.host), "port": server.port.map { .int(Int($0)) } ?? .null]
        }
        return .object(document)
    }

    private static func draft(_ body: JSONValue) throws -> LineBook.Draft {
        let object = try members(
            of: body, "a line", known: ["number", "display_name", "username", "password", "provisioning_code", "server"])
        guard let number = try text("number", in: object) else { throw APIError(.badRequest, "a line needs a number", field: "number") }
        guard let displayName = try text("display_name", in: object) else {
            throw APIError(.badRequest, "a line needs the name of its person", field: "display_name")
        }
        return LineBook.Draft(
            number: number, displayName: displayName, username: try text("username", in: object), password: try text("password", in: object),
            provisioningCode: try text("provisioning_code", in: object), server: try server(object["server"]))
    }

    fileprivate static func server(_ value: JSONValue?) throws -> SIPServer? {
        guard let value, !value.isNull else { return nil }
        guard let host = value["host"]?.string else { throw APIError(.badRequest, "a server has a host", field: "server") }
        guard let port = value["port"], !port.isNull else { return SIPServer(host: host) }
        guard let number = port.int.flatMap(UInt16.init(exactly:)), number > 0 else {
            throw APIError(.badRequest, "a port is a number from 1 to 65535", field: "server")
        }
        return SIPServer(host: host, port: number)
    }
}

/// What a client wants changed of a line. What is not named stays.
private struct LineChange: Sendable {
    private let number: String?
    private let displayName: String?
    private let username: String?
    private let password: String?
    /// `.some(nil)` takes the code away.
    private let code: String??
    private let server: SIPServer??

    init(_ body: JSONValue) throws {
        let object = try CurrentRoutes.members(
            of: body, "a line", known: ["number", "display_name", "username", "password", "provisioning_code", "server"])
        for name in ["number", "display_name", "username", "password"] where object[name]?.isNull == true {
            throw APIError(.badRequest, "a line needs its \(name)", field: name)
        }
        number = try CurrentRoutes.text("number", in: object)
        displayName = try CurrentRoutes.text("display_name", in: object)
        username = try CurrentRoutes.text("username", in: object)
        password = try CurrentRoutes.text("password", in: object)
        code = object["provisioning_code"] == nil ? nil : .some(try CurrentRoutes.text("provisioning_code", in: object))
        server = object["server"] == nil ? nil : .some(try CurrentRoutes.server(object["server"]))
    }

    func apply(to line: inout Line) {
        if let number { line.number = number }
        if let displayName { line.displayName = displayName }
        if let username { line.username = username }
        if let password { line.password = password }
        if let code { line.provisioningCode = code }
        if let server { line.server = server }
    }
}
