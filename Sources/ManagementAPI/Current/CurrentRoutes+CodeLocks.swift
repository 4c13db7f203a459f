// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import NetTypes
import ProvModel
import Provisioning

extension CurrentRoutes {
    /// Who dialled too many wrong codes, and letting them try again.
    var codeLocks: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/codes/locks", "provd.codes.locks.read") { request in
                .ok(["locks": .array(try await useCases.codeLocks(request).all().map(Self.document))])
            }.described(APIOperation("List who dialled too many wrong codes, the longest locks first.", answer: "CodeLocks")),
            APIRoute(.delete, "/1.0/codes/locks/{name}", "provd.codes.locks.{name}.delete") { request in
                guard try await useCases.codeLocks(request).lift(request.parameter("name")) else {
                    throw APIError(.notFound, "there is no such lock: GET /1.0/codes/locks lists them; it may have ended by itself")
                }
                return .noContent
            }.described(APIOperation("Lift a lock, and forget the wrong codes that led to it.", status: 204)),
        ]
    }

    private static func document(_ lock: CodeLock) -> JSONValue {
        var document: JSONObject = [
            "id": .string(lock.subject.name), "kind": .null, "device": .null, "address": .null, "ends": .double(lock.end), "times": .int(lock.times),
        ]
        switch lock.subject {
        case .device(let id): (document["kind"], document["device"]) = ("device", .string(id.description))
        case .source(let address): (document["kind"], document["address"]) = ("source", .string(address.description))
        case .all: document["kind"] = "all"
        }
        return .object(document)
    }
}
