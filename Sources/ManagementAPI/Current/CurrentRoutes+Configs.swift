// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import ProvModel
import Provisioning

extension CurrentRoutes {
    /// The config documents, which are the appliance's: every tenant whose tokens allow it sees them all.
    var configs: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/configs", "provd.configs.read") { _ in
                let parts = DocumentParts { try await useCases.configs.page(after: $0, limit: $1).map { SecretMask.mask($0.fullDocument) } }
                return try await .list("configs", of: parts, .all, in: .current)
            }.described(APIOperation("List the configs, with secrets masked.", answer: "Configs")),
            APIRoute(.post, "/1.0/configs", "provd.configs.create") { request in
                guard let document = request.body.object else { throw APIError(.badRequest, "the body is an object that describes a config") }
                let id = try await useCases.configs.create(document)
                guard let config = try await useCases.configs.config(id) else { throw Self.noConfig }
                return .created(SecretMask.mask(.object(config.fullDocument)), at: "/1.0/configs/\(id)", config.revision)
            }.described(APIOperation("Add a config.", body: "ConfigDraft", status: 201, answer: "Config", revision: .shown)),
            APIRoute(.get, "/1.0/configs/{id}", "provd.configs.{id}.read") { request in
                guard let config = try await useCases.configs.config(ConfigID(stored: request.parameter("id"))) else { throw Self.noConfig }
                return .ok(SecretMask.mask(.object(config.fullDocument)), config.revision)
            }.described(APIOperation("One config, with secrets masked.", answer: "Config", revision: .shown)),
            APIRoute(.patch, "/1.0/configs/{id}", "provd.configs.{id}.update") { request in
                guard let patch = request.body.object else { throw APIError(.badRequest, "the body is an object with the members to change") }
                let config = try await useCases.configs.change(ConfigID(stored: request.parameter("id")), expecting: request.expected, with: patch)
                guard let config else { throw Self.noConfig }
                return .ok(SecretMask.mask(.object(config.fullDocument)), config.revision)
            }.described(APIOperation("Change members of a config (RFC 7396).", body: "DeviceChange", answer: "Config", revision: .required)),
            APIRoute(.delete, "/1.0/configs/{id}", "provd.configs.{id}.delete") { request in
                switch try await useCases.configs.delete(ConfigID(stored: request.parameter("id")), expecting: request.expected) {
                case .deleted: return .noContent
                case .notFound: throw Self.noConfig
                case .notDeletable: throw APIError(.forbidden, "this config may not be deleted: its “deletable” is false")
                }
            }.described(APIOperation("Delete a config.", status: 204, revision: .required)),
        ]
    }

    private static var noConfig: APIError { APIError(.notFound, "there is no such config: GET /1.0/configs lists them") }
}
