// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import ProvModel
import Provisioning

extension WazoRoutes {
    var devices: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/0.2/dev_mgr/devices", "provd.dev_mgr.devices.read") { _ in
                let devices = try await useCases.devices.all()
                return .ok(["devices": .array(devices.map { .object($0.fullDocument) })])
            },
            APIRoute(.post, "/0.2/dev_mgr/devices", "provd.dev_mgr.devices.create") { request in
                let document = try Self.envelope("device", in: request.body)
                let tenant = request.access.tenant ?? useCases.tenant
                let id = try await useCases.devices.create(document, tenant: tenant, isNew: tenant == useCases.tenant)
                return .created(["id": .string(id.description)], at: "/0.2/dev_mgr/devices/\(id)")
            },
            APIRoute(.get, "/0.2/dev_mgr/devices/{id}", "provd.dev_mgr.devices.{id}.read") { request in
                guard let device = try await useCases.devices.device(request.parameter("id")) else { throw Self.noDevice }
                return .ok(["device": .object(device.fullDocument)])
            },
            APIRoute(.put, "/0.2/dev_mgr/devices/{id}", "provd.dev_mgr.devices.{id}.update") { request in
                let document = try Self.envelope("device", in: request.body)
                do {
                    let exists = try await useCases.devices.replace(DeviceID(stored: request.parameter("id")), with: document)
                    guard exists else { throw Self.noDevice }
                } catch let error as DocumentError {
                    // Clients expect 500 for a wrong document in a PUT, 400 only in a POST.
                    throw APIError(.internalServerError, error.description, field: error.field)
                }
                return .noContent
            },
            APIRoute(.delete, "/0.2/dev_mgr/devices/{id}", "provd.dev_mgr.devices.{id}.delete") { request in
                guard try await useCases.devices.delete(DeviceID(stored: request.parameter("id"))) else { throw Self.noDevice }
                return .noContent
            },
            APIRoute(.post, "/0.2/dev_mgr/synchronize", "provd.dev_mgr.synchronize.create") { request in
                guard let id = request.body["id"]?.string else { throw APIError(.badRequest, "the body has no id", field: "id") }
                guard try await useCases.devices.device(id) != nil else { throw Self.noDevice }
                let operation = await useCases.operations.begin {
                    try await useCases.synchronisation.synchronise(DeviceID(stored: id))
                }
                return .created(nil, at: "/0.2/dev_mgr/synchronize/\(operation.id)")
            },
            APIRoute(.get, "/0.2/dev_mgr/synchronize/{operation}", "provd.operation.read") { request in
                guard let id = Int(request.parameter("operation")), let operation = await useCases.operations.operation(id) else {
                    throw APIError(.notFound, "there is no such operation")
                }
                return .ok(["status": .string(operation.state.rawValue)])
            },
            APIRoute(.delete, "/0.2/dev_mgr/synchronize/{operation}", "provd.operation.delete") { request in
                guard let id = Int(request.parameter("operation")), await useCases.operations.forget(id) else {
                    throw APIError(.notFound, "there is no such operation")
                }
                return .noContent
            },
            APIRoute(.post, "/0.2/dev_mgr/reconfigure", "provd.dev_mgr.reconfigure.create") { request in
                // Files are rendered when asked for: there is nothing to write anew. Clients expect 400 for an unknown device.
                guard let id = request.body["id"]?.string, try await useCases.devices.device(id) != nil else {
                    throw APIError(.badRequest, "the body has no id of a device", field: "id")
                }
                return .noContent
            },
        ]
    }

    static var noDevice: APIError { APIError(.notFound, "there is no such device") }
}
