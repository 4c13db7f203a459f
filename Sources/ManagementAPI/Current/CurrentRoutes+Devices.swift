// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import ProvModel
import Provisioning

extension CurrentRoutes {
    var devices: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/devices", "provd.devices.read") { _ in
                let lines = try await useCases.lines.all()
                let byDevice = Dictionary(grouping: lines.filter { $0.device != nil }, by: \.device)
                let devices = try await useCases.devices.all()
                return .ok(["devices": .array(devices.map { Self.document($0, lines: byDevice[$0.id] ?? []) })])
            },
            APIRoute(.get, "/1.0/devices/{name}", "provd.devices.{name}.read") { request in
                let device = try await Self.device(request, useCases)
                let lines = try await useCases.lines.all().filter { $0.device == device.id }
                return .ok(Self.document(device, lines: lines))
            },
            APIRoute(.post, "/1.0/devices/{name}/synchronize", "provd.devices.{name}.synchronize.create") { request in
                let device = try await Self.device(request, useCases)
                let operation = await useCases.operations.begin { try await useCases.synchronisation.synchronise(device.id) }
                return .created(operation.document, at: "/1.0/operations/\(operation.id)")
            },
            APIRoute(.post, "/1.0/devices/{name}/reset", "provd.devices.{name}.reset.create") { request in
                let device = try await Self.device(request, useCases)
                _ = try await useCases.devices.reset(device.id)
                let operation = await useCases.operations.begin { try await useCases.synchronisation.synchronise(device.id) }
                return .created(operation.document, at: "/1.0/operations/\(operation.id)")
            },
        ]
    }

    static func device(_ request: APIRequest, _ useCases: ManagementUseCases) async throws -> Device {
        guard let device = try await useCases.devices.device(request.parameter("name")) else {
            throw APIError(.notFound, "no device has this id or hardware address: GET /1.0/devices lists them")
        }
        return device
    }

    private static func document(_ device: Device, lines: [Line]) -> JSONValue {
        var document = device.fullDocument
        document["lines"] = .array(
            lines.map {
                ["id": .string($0.id.description), "number": .string($0.number), "display_name": .string($0.displayName)]
            })
        return .object(document)
    }
}
