// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import ProvModel
import Provisioning

extension WazoRoutes {
    var configs: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/0.2/cfg_mgr/configs", "provd.cfg_mgr.configs.read") { request in
                let query = try DocumentQuery(request.query)
                let parts = DocumentParts { try await useCases.configs.page(after: $0, limit: $1).map(\.fullDocument) }
                return try await .list("configs", of: parts, query, in: .wazo)
            },
            APIRoute(.post, "/0.2/cfg_mgr/configs", "provd.cfg_mgr.configs.create") { request in
                let id = try await useCases.configs.create(try Self.envelope("config", in: request.body))
                return .created(["id": .string(id.description)], at: "/0.2/cfg_mgr/configs/\(id)")
            },
            APIRoute(.get, "/0.2/cfg_mgr/configs/{config_id}", "provd.cfg_mgr.configs.{config_id}.read") { request in
                guard let config = try await useCases.configs.config(Self.configID(request)) else { throw Self.noConfig }
                return .ok(["config": .object(config.fullDocument)])
            },
            APIRoute(.put, "/0.2/cfg_mgr/configs/{config_id}", "provd.cfg_mgr.configs.{config_id}.update") { request in
                let document = try Self.envelope("config", in: request.body)
                let exists = try await Self.replacing { try await useCases.configs.replace(Self.configID(request), with: document) }
                guard exists else { throw Self.noConfig }
                return .noContent
            },
            APIRoute(.delete, "/0.2/cfg_mgr/configs/{config_id}", "provd.cfg_mgr.configs.{config_id}.delete") { request in
                switch try await useCases.configs.delete(Self.configID(request)) {
                case .deleted: return .noContent
                case .notFound: throw Self.noConfig
                case .notDeletable: throw APIError(.forbidden, "this config may not be deleted: its “deletable” is false")
                }
            },
            APIRoute(.get, "/0.2/cfg_mgr/configs/{config_id}/raw", "provd.cfg_mgr.configs.{config_id}.raw.read") { request in
                guard let rawConfig = try await useCases.configs.effectiveRawConfig(Self.configID(request)) else { throw Self.noConfig }
                return .ok(["raw_config": .object(rawConfig)])
            },
            APIRoute(.post, "/0.2/cfg_mgr/autocreate", "provd.cfg_mgr.autocreate.create") { _ in
                let id = try await useCases.configs.autocreate()
                return .created(["id": .string(id.description)], at: "/0.2/cfg_mgr/configs/\(id)")
            },
        ]
    }

    private static func configID(_ request: APIRequest) -> ConfigID { ConfigID(stored: request.parameter("config_id")) }

    private static var noConfig: APIError { APIError(.notFound, "there is no such config") }
}
