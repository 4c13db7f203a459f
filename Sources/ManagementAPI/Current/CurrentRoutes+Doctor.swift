// SPDX-License-Identifier: GPL-3.0-or-later

import Diagnosis
import HTTPTypes
import JSONText
import Provisioning

extension CurrentRoutes {
    /// Whether the appliance is well. It concerns no tenant, but says where files are: only the appliance's own may ask.
    var doctor: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/doctor", "provd.doctor.read") { request in
                guard try await request.scope().holds(useCases.tenant) else {
                    throw APIError(.forbidden, "the appliance is looked after by its own tenant")
                }
                let results = await useCases.diagnosis.run()
                let worst = results.map(\.finding.outcome).max() ?? .ok
                return .ok(["outcome": .string(worst.rawValue), "checks": .array(results.map(Self.document))])
            }.described(APIOperation("Look whether the appliance is well: each check with what it found, and what to do about it.", answer: "Doctor"))
        ]
    }

    private static func document(_ result: Diagnosis.Result) -> JSONValue {
        var object: JSONObject = ["id": .string(result.id), "title": .string(result.title), "outcome": .string(result.finding.outcome.rawValue)]
        object["text"] = .string(result.finding.text)
        object["remedy"] = result.finding.remedy.map(JSONValue.string)
        return .object(object)
    }
}
