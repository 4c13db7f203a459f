// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import PBXConfig
import Provisioning

extension CurrentRoutes {
    /// What a PBX at which phones register has to know.
    var pbx: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/pbx/asterisk", "provd.pbx.read") { request in
                try await Self.answer { AsteriskFiles(try await Self.plan(request, useCases)) }
            }.described(
                APIOperation(
                    "Endpoints and a dialplan for Asterisk. They hold the passwords of the lines.", answer: "PBXFiles", query: [hostParameter])),
            APIRoute(.get, "/1.0/pbx/kamailio", "provd.pbx.read") { request in
                guard let address = request.query["address"] else {
                    throw APIError(.badRequest, "address is the IPv4 address of the Kamailio node", field: "address")
                }
                var node = KamailioFiles.Node(address: address)
                node.port = try Self.number("port", request, in: 1...65_535).map { UInt16(clamping: $0) } ?? node.port
                node.peers = request.query["peers"]?.split(separator: ",").map(String.init) ?? []
                if let tables = request.query["tables"] { node.tables = tables }
                return try await Self.answer { KamailioFiles(try await Self.plan(request, useCases), for: node) }
            }.described(
                APIOperation(
                    "A configuration and tables for Kamailio. They hold digests of the lines' passwords.", answer: "PBXFiles",
                    query: [
                        hostParameter, .text("address", "the IPv4 address of the node"), .number("port", 1...65_535, "its port (default 5060)"),
                        .text("peers", "the addresses of the other nodes, with commas between them"),
                        .text("tables", "the directory of the tables (default /etc/kamailio/provd)"),
                    ])),
            APIRoute(.post, "/1.0/pbx/asterisk/reload", "provd.pbx.asterisk.reload.create") { _ in
                guard let reload = useCases.reloadAsterisk else {
                    throw APIError(.conflict, "Asterisk's manager interface is not configured: set asterisk.ami_address in provd.yml")
                }
                if let reason = await reload() { throw APIError(.badGateway, reason) }
                return .noContent
            }.described(APIOperation("Let Asterisk load its endpoints and dialplan anew.", body: "Empty", status: 204)),
        ]
    }

    private static func plan(_ request: APIRequest, _ useCases: ManagementUseCases) async throws -> PBXPlan {
        guard let site = useCases.pbx else { throw APIError(.conflict, "this provd knows of no PBX") }
        do {
            return try await site.plan(for: try await request.scope(), host: request.query["host"])
        } catch let error as PBXSiteError {
            throw APIError(.conflict, error.description)
        }
    }

    private static func answer(_ make: () async throws -> any PBXFiles) async throws -> APIResponse {
        do {
            let files = try await make().files()
            return .ok([
                "files": .array(files.map { ["name": .string($0.name), "text": .string($0.text), "purpose": .string($0.purpose)] })
            ])
        } catch let error as PBXConfigError {
            throw APIError(.conflict, error.description)
        }
    }
}

private let hostParameter = APIOperation.Parameter.text("host", "the PBX as phones are told of it (default that of the configuration)")
