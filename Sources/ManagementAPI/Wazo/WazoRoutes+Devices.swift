// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import NetTypes
import ProvModel
import Provisioning

extension WazoRoutes {
    var devices: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/0.2/dev_mgr/devices", "provd.dev_mgr.devices.read") { request in
                // The tenant is the request's, whatever the selector says of it.
                let query = try DocumentQuery(request.query, ignoring: "tenant_uuid")
                let devices = try await Self.candidates(for: query.selector, useCases.devices)
                return .ok(["devices": .array(query.answer(from: devices.map(\.fullDocument)))])
            },
            APIRoute(.post, "/0.2/dev_mgr/devices", "provd.dev_mgr.devices.create") { request in
                let document = try Self.envelope("device", in: request.body)
                let tenant = request.access.tenant ?? useCases.tenant
                let id = try await useCases.devices.create(document, tenant: tenant, isNew: tenant == useCases.tenant)
                return .created(["id": .string(id.description)], at: "/0.2/dev_mgr/devices/\(id)")
            },
            APIRoute(.get, "/0.2/dev_mgr/devices/{device_id}", "provd.dev_mgr.devices.{device_id}.read") { request in
                let id = Self.deviceID(request)
                // A hardware address is no key here, as it is under /1.0.
                guard let device = try await useCases.devices.device(id.description), device.id == id else { throw Self.noDevice }
                return .ok(["device": .object(device.fullDocument)])
            },
            APIRoute(.put, "/0.2/dev_mgr/devices/{device_id}", "provd.dev_mgr.devices.{device_id}.update") { request in
                let document = try Self.envelope("device", in: request.body)
                let exists = try await Self.replacing { try await useCases.devices.replace(Self.deviceID(request), with: document) }
                guard exists else { throw Self.noDevice }
                return .noContent
            },
            APIRoute(.delete, "/0.2/dev_mgr/devices/{device_id}", "provd.dev_mgr.devices.{device_id}.delete") { request in
                guard try await useCases.devices.delete(Self.deviceID(request)) else { throw Self.noDevice }
                return .noContent
            },
        ]
    }

    /// The devices that a selector can be about: few if it names a key or a hardware address, as most do.
    private static func candidates(for selector: DocumentSelector?, _ devices: DeviceBook) async throws -> [Device] {
        if let id = selector?.text(of: "id") { return try await devices.device(id).map { [$0] } ?? [] }
        if let mac = selector?.text(of: "mac").flatMap({ MACAddress($0) }) { return try await devices.devices(where: .mac(mac)) }
        return try await devices.all()
    }

    private static func deviceID(_ request: APIRequest) -> DeviceID { DeviceID(stored: request.parameter("device_id")) }

    static var noDevice: APIError { APIError(.notFound, "there is no such device") }
}
