// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import ProvModel
import Provisioning

extension WazoRoutes {
    /// What can be done with devices, and the operations that come of it.
    var deviceActions: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.post, "/0.2/dev_mgr/synchronize", "provd.dev_mgr.synchronize.create") { request in
                guard let device = try await Self.device(named: try Self.id(in: request.body), request, useCases) else { throw Self.noDevice }
                let operation = await useCases.synchronisation.begin(device.id, in: useCases.operations)
                return .created(nil, at: "/0.2/dev_mgr/synchronize/\(operation.id)")
            },
            APIRoute(.get, "/0.2/dev_mgr/synchronize/{operation_id}", "provd.operation.read") { request in
                guard let operation = try await useCases.operation(Self.operation(request), request) else { throw Self.noOperation }
                return .ok(["status": .string(operation.state.rawValue)])
            },
            APIRoute(.delete, "/0.2/dev_mgr/synchronize/{operation_id}", "provd.operation.delete") { request in
                guard let operation = try await useCases.operation(Self.operation(request), request), await useCases.operations.forget(operation.id) else {
                    throw Self.noOperation
                }
                return .noContent
            },
            APIRoute(.post, "/0.2/dev_mgr/reconfigure", "provd.dev_mgr.reconfigure.create") { request in
                // Clients expect 400 for a device that is not there, here alone.
                guard try await useCases.devices(request).reconfigure(DeviceID(stored: try Self.id(in: request.body))) else {
                    throw APIError(.badRequest, "there is no such device", field: "id")
                }
                return .noContent
            },
            APIRoute(.post, "/0.2/dev_mgr/dhcpinfo", "provd.dev_mgr.dhcpinfo.create") { request in
                switch try LeaseReport(try Self.envelope("dhcp_info", in: request.body)) {
                case .commit(let lease): try await useCases.dhcp.take(lease)
                case .end: break
                }
                return .noContent
            },
        ]
    }

    /// The text under `id` of a body.
    static func id(in body: JSONValue) throws -> String {
        guard let id = body["id"]?.string else { throw APIError(.badRequest, "the body is an object with the member “id”, a text", field: "id") }
        return id
    }

    private static func device(named name: String, _ request: APIRequest, _ useCases: ManagementUseCases) async throws -> Device? {
        try await useCases.devices(request).device(name).flatMap { $0.id.description == name ? $0 : nil }
    }

    private static func operation(_ request: APIRequest) -> Int? { Int(request.parameter("operation_id")) }

    private static var noOperation: APIError { APIError(.notFound, "there is no such operation") }
}
