// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import Provisioning

extension CurrentRoutes {
    /// Long jobs: watching them and stopping them.
    var operations: [APIRoute] {
        let useCases = useCases
        @Sendable func find(_ request: APIRequest) async throws -> Operations.Operation {
            guard let operation = try await useCases.operation(Int(request.parameter("id")), request) else {
                throw APIError(.notFound, "there is no such operation: GET /1.0/operations lists them")
            }
            return operation
        }
        return [
            APIRoute(.get, "/1.0/operations", "provd.operations.read") { request in
                .ok(["operations": .array(try await useCases.operations(request).map(\.document))])
            }.described(APIOperation("List the operations, the oldest first; a tenant's token sees those of its devices.", answer: "Operations")),
            APIRoute(.get, "/1.0/operations/{id}", "provd.operations.{id}.read") { request in .ok(try await find(request).document) }
                .described(APIOperation("How far an operation is.", answer: "Operation")),
            APIRoute(.post, "/1.0/operations/{id}/cancel", "provd.operations.{id}.cancel.create") { request in
                let operation = try await find(request)
                guard !operation.state.isFinal else { throw APIError(.conflict, "the operation has ended: \(operation.state.rawValue)") }
                _ = await useCases.operations.stop(operation.id)
                return .noContent
            }.described(APIOperation("Stop an operation at the next moment where nothing is half done.", body: "Empty", status: 204)),
        ]
    }
}

extension Operations.Operation {
    /// The operation as `/1.0` shows it.
    var document: JSONValue {
        var document: JSONObject = [
            "id": .int(id), "kind": .string(kind), "subject": .string(subject), "state": .string(state.rawValue),
            "reason": reason.map(JSONValue.string) ?? .null,
        ]
        let (current, end) = progress.counted
        document["progress"] = ["current": .int(current), "end": end.map { .int($0) } ?? .null, "parts": .array(progress.parts.map(\.document))]
        return .object(document)
    }
}

extension OperationPart {
    fileprivate var document: JSONValue {
        [
            "label": label.map(JSONValue.string) ?? .null, "state": .string(state.rawValue), "current": current.map { .int($0) } ?? .null,
            "end": end.map { .int($0) } ?? .null, "parts": .array(parts.map(\.document)),
        ]
    }

    /// How much is done of what is counted, all parts together.
    fileprivate var counted: (current: Int, end: Int?) {
        var (current, end) = (current ?? 0, end)
        for part in parts {
            let (partCurrent, partEnd) = part.counted
            current += partCurrent
            if let partEnd { end = (end ?? 0) + partEnd }
        }
        return (current, end)
    }
}
