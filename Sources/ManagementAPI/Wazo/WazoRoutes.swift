// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import ProvModel
import Provisioning

/// The routes under `/0.2`, which wazo-provd's clients use. `docs/compatibility.md` says where they differ.
struct WazoRoutes {
    let useCases: ManagementUseCases

    init(_ useCases: ManagementUseCases) { self.useCases = useCases }

    var all: [APIRoute] {
        let routes = links + devices + deviceActions + configs + parameters + plugins
        return routes + [WazoDescription.route(of: routes)]
    }

    private var links: [APIRoute] {
        [
            APIRoute(.get, "/0.2", "provd.read") { _ in
                .ok(
                    Self.links([
                        ("dev", "/0.2/dev_mgr"), ("cfg", "/0.2/cfg_mgr"), ("pg", "/0.2/pg_mgr"), ("status", "/0.2/status"),
                        ("srv.configure", "/0.2/configure"),
                    ]))
            },
            APIRoute(.get, "/0.2/dev_mgr", "provd.dev_mgr.read") { _ in
                .ok(
                    Self.links([
                        ("dev.synchronize", "/0.2/dev_mgr/synchronize"), ("dev.reconfigure", "/0.2/dev_mgr/reconfigure"),
                        ("dev.dhcpinfo", "/0.2/dev_mgr/dhcpinfo"), ("dev.devices", "/0.2/dev_mgr/devices"),
                    ]))
            },
            APIRoute(.get, "/0.2/cfg_mgr", "provd.cfg_mgr.read") { _ in
                .ok(Self.links([("cfg.configs", "/0.2/cfg_mgr/configs"), ("cfg.autocreate", "/0.2/cfg_mgr/autocreate")]))
            },
            APIRoute(.get, "/0.2/status", "provd.status.read") { _ in
                // There is no message bus: nothing of it can be wrong.
                .ok(["bus_consumer": ["status": "ok"], "rest_api": "ok"])
            },
        ]
    }

    static func links(_ links: [(String, String)]) -> JSONValue { ["links": linkList(links)] }

    static func linkList(_ links: [(String, String)]) -> JSONValue {
        .array(links.map { ["rel": .string($0.0), "href": .string($0.1)] })
    }

    /// The object under a key of the body, which wraps every document.
    static func envelope(_ name: String, in body: JSONValue) throws -> JSONObject {
        guard let object = body[name]?.object else {
            throw APIError(.badRequest, "the body is an object with the member “\(name)”, which is an object", field: name)
        }
        return object
    }

    /// Does what a PUT asks for. Clients expect 500 for a wrong document in a PUT, and 400 only in a POST.
    static func replacing<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as DocumentError {
            throw APIError(.internalServerError, error.description, field: error.field)
        }
    }
}
