// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import ProvModel
import Provisioning

extension WazoRoutes {
    var configs: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/0.2/cfg_mgr/configs", "provd.cfg_mgr.configs.read") { _ in
                let configs = try await useCases.configs.all()
                return .ok(["configs": .array(configs.map { .object($0.fullDocument) })])
            },
            APIRoute(.post, "/0.2/cfg_mgr/configs", "provd.cfg_mgr.configs.create") { request in
                let id = try await useCases.configs.create(try Self.envelope("config", in: request.body))
                return .created(["id": .string(id.description)], at: "/0.2/cfg_mgr/configs/\(id)")
            },
            APIRoute(.get, "/0.2/cfg_mgr/configs/{id}", "provd.cfg_mgr.configs.{id}.read") { request in
                guard let config = try await useCases.configs.config(Self.id(request)) else { throw Self.noConfig }
                return .ok(["config": .object(config.fullDocument)])
            },
            APIRoute(.put, "/0.2/cfg_mgr/configs/{id}", "provd.cfg_mgr.configs.{id}.update") { request in
                let document = try Self.envelope("config", in: request.body)
                do {
                    guard try await useCases.configs.replace(Self.id(request), with: document) else { throw Self.noConfig }
                } catch let error as DocumentError {
                    // Clients expect 500 for a wrong document in a PUT, 400 only in a POST.
                    throw APIError(.internalServerError, error.description, field: error.field)
                }
                return .noContent
            },
            APIRoute(.delete, "/0.2/cfg_mgr/configs/{id}", "provd.cfg_mgr.configs.{id}.delete") { request in
                switch try await useCases.configs.delete(Self.id(request)) {
                case .deleted: return .noContent
                case .notFound: throw Self.noConfig
                case .notDeletable: throw APIError(.forbidden, "this config may not be deleted: its “deletable” is false")
                }
            },
            APIRoute(.get, "/0.2/cfg_mgr/configs/{id}/raw", "provd.cfg_mgr.configs.{id}.raw.read") { request in
                guard let rawConfig = try await useCases.devices.effectiveRawConfig(Self.id(request)) else { throw Self.noConfig }
                return .ok(["raw_config": .object(rawConfig)])
            },
        ]
    }

    private static func id(_ request: APIRequest) -> ConfigID { ConfigID(stored: request.parameter("id")) }

    private static var noConfig: APIError { APIError(.notFound, "there is no such config") }
}
