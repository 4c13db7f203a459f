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
                return try await .list("devices", of: Self.candidates(for: query.selector, request, useCases), query, in: .wazo)
            },
            APIRoute(.post, "/0.2/dev_mgr/devices", "provd.dev_mgr.devices.create") { request in
                let document = try Self.envelope("device", in: request.body)
                let id = try await useCases.devices(request).create(document)
                return .created(["id": .string(id.description)], at: "/0.2/dev_mgr/devices/\(id)")
            },
            APIRoute(.get, "/0.2/dev_mgr/devices/{device_id}", "provd.dev_mgr.devices.{device_id}.read") { request in
                let id = Self.deviceID(request)
                // A hardware address is no key here, as it is under /1.0.
                guard let device = try await useCases.devices(request).device(id.description), device.id == id else { throw Self.noDevice }
                return .ok(["device": .object(device.fullDocument)])
            },
            APIRoute(.put, "/0.2/dev_mgr/devices/{device_id}", "provd.dev_mgr.devices.{device_id}.update") { request in
                let document = try Self.envelope("device", in: request.body)
                let exists = try await Self.replacing { try await useCases.devices(request).replace(Self.deviceID(request), with: document) }
                guard exists else { throw Self.noDevice }
                return .noContent
            },
            APIRoute(.delete, "/0.2/dev_mgr/devices/{device_id}", "provd.dev_mgr.devices.{device_id}.delete") { request in
                guard try await useCases.devices(request).delete(Self.deviceID(request)) else { throw Self.noDevice }
                return .noContent
            },
        ]
    }

    /// The devices that a selector can be about, found by an index where it names a member that has one.
    private static func candidates(
        for selector: DocumentSelector?, _ request: APIRequest, _ useCases: ManagementUseCases
    ) async throws -> DocumentParts {
        let devices = try await useCases.devices(request), tenant = try request.tenant()
        // Clients written in Python send its way of writing true.
        let isRecursive = ["true", "True"].contains(request.query["recurse"])
        let tenants = isRecursive ? try await request.scope().tree : [tenant]
        if let id = selector?.text(of: "id") {
            let device = try await devices.device(id).flatMap { $0.id.description == id && tenants.contains($0.tenant ?? tenant) ? $0 : nil }
            return DocumentParts(device.map { [$0.fullDocument] } ?? [])
        }
        var equals: [PageQuery.Column: String] = [:]
        for column in PageQuery.Column.allCases { equals[column] = selector?.text(of: column.rawValue).flatMap { $0.isEmpty ? nil : $0 } }
        return DocumentParts { [equals] position, limit in
            try await devices.page(of: tenants, where: equals, after: position, limit: limit).map(\.fullDocument)
        }
    }

    private static func deviceID(_ request: APIRequest) -> DeviceID { DeviceID(stored: request.parameter("device_id")) }

    static var noDevice: APIError { APIError(.notFound, "there is no such device") }
}
