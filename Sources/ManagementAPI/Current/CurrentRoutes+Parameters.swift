// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import Provisioning

extension CurrentRoutes {
    /// What is set while provd runs, such as the proxies for downloads.
    var parameters: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/parameters", "provd.configure.read") { request in
                let locale = try await useCases.parameters.locale
                var list: [JSONValue] = []
                for name in ApplianceParameters.Name.allCases {
                    list.append([
                        "name": .string(name.rawValue), "value": try await useCases.parameters.shownValue(of: name, for: request.tenant()),
                        "description": .string(name.description(locale: locale)),
                    ])
                }
                return .ok(["parameters": .array(list)])
            }.described(APIOperation("What is set while provd runs.", answer: "Parameters")),
            APIRoute(.put, "/1.0/parameters/{name}", "provd.configure.{tenant_uuid}.{name}.update") { request in
                guard let name = ApplianceParameters.Name(rawValue: request.parameter("name")) else {
                    throw APIError(.notFound, "there is no such parameter: GET /1.0/parameters lists them")
                }
                guard let value = try Self.members(of: request.body, "a parameter", known: ["value"])["value"] else {
                    throw APIError(.badRequest, "the parameter's value is missing; null unsets it", field: "value")
                }
                try await useCases.parameters.set(name, to: value, for: request.tenant())
                return .noContent
            }.described(APIOperation("Set a parameter; null unsets it.", body: "ParameterValue", status: 204)),
        ]
    }
}
