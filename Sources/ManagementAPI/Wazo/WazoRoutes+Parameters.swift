// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import ProvModel
import Provisioning

extension WazoRoutes {
    /// What clients set while provd runs.
    var parameters: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/0.2/configure", "provd.configure.read") { request in
                let locale = try await useCases.parameters.locale
                var list: [JSONValue] = []
                for name in ApplianceParameters.Name.allCases {
                    list.append([
                        "id": .string(name.rawValue), "description": .string(name.description(locale: locale)),
                        "value": try await useCases.parameters.shownValue(of: name, for: request.tenant()),
                        "links": Self.linkList([("srv.configure.param", "/0.2/configure/\(name.rawValue)")]),
                    ])
                }
                return .ok(["params": .array(list)])
            },
            APIRoute(.get, "/0.2/configure/{param_id}", "provd.configure.{tenant_uuid}.{param_id}.read") { request in
                let name = try Self.parameterName(request)
                let value = try await useCases.parameters.shownValue(of: name, for: request.tenant())
                return .ok(["param": ["value": value]])
            },
            APIRoute(.put, "/0.2/configure/{param_id}", "provd.configure.{tenant_uuid}.{param_id}.update") { request in
                let name = try Self.parameterName(request)
                guard let value = try Self.envelope("param", in: request.body)["value"] else {
                    throw APIError(.badRequest, "param has no value; null unsets the parameter", field: "value")
                }
                try await useCases.parameters.set(name, to: value, for: request.tenant())
                return .noContent
            },
        ]
    }

    private static func parameterName(_ request: APIRequest) throws -> ApplianceParameters.Name {
        guard let name = ApplianceParameters.Name(rawValue: request.parameter("param_id")) else {
            throw APIError(.notFound, "there is no such parameter: GET /0.2/configure lists them")
        }
        return name
    }
}
