// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import ProvModel
import Provisioning

extension CurrentRoutes {
    /// The members by which devices can be listed.
    private static let filters = PageQuery.Column.allCases

    var devices: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/devices", "provd.devices.read") { request in
                let (after, limit) = try Self.page(request)
                var equals: [PageQuery.Column: String] = [:]
                for column in Self.filters { equals[column] = request.query[column.rawValue].map { column == .mac ? $0.lowercased() : $0 } }
                let page = try await useCases.devices(request).page(where: equals, after: after, limit: limit)
                let lines = try await useCases.lines(request).lines(on: page.elements.map(\.id))
                let byDevice = Dictionary(grouping: lines, by: \.device)
                return Self.page("devices", page.elements.map { Self.document($0, lines: byDevice[$0.id] ?? []) }, next: page.next)
            }.described(
                APIOperation(
                    "List the devices with their lines.", answer: "Devices",
                    query: Self.pageParameters + Self.filters.map { .text($0.rawValue, "only devices whose \($0.rawValue) is this") })),
            APIRoute(.post, "/1.0/devices", "provd.devices.create") { request in
                guard let document = request.body.object else { throw APIError(.badRequest, "the body is an object that describes a device") }
                let devices = try await useCases.devices(request)
                let id = try await devices.create(document)
                guard let device = try await devices.device(id.description) else { throw Self.noDevice }
                return .created(Self.document(device, lines: []), at: "/1.0/devices/\(id)", device.revision)
            }.described(APIOperation("Add a device.", body: "DeviceDraft", status: 201, answer: "Device", revision: .shown)),
            APIRoute(.get, "/1.0/devices/{name}", "provd.devices.{name}.read") { request in
                let device = try await Self.visibleDevice(request, useCases)
                let lines = try await useCases.lines(request).lines(on: [device.id])
                let step = try await useCases.devices(request).nextStep(of: device, lines: lines)
                var document = Self.document(device, lines: lines).object ?? [:]
                document["state"] = ["next_step": .string(step.text), "is_arrived": .bool(step.isArrived)]
                return .ok(.object(document), device.revision)
            }.described(APIOperation("One device with its lines and state; its name is its id or hardware address.", answer: "Device", revision: .shownWithMore)),
            APIRoute(.patch, "/1.0/devices/{name}", "provd.devices.{name}.update") { request in
                guard let patch = request.body.object else { throw APIError(.badRequest, "the body is an object with the members to change") }
                let device = try await Self.device(request, useCases)
                guard let changed = try await useCases.devices(request).change(device.id, expecting: request.expected, with: patch) else { throw Self.noDevice }
                let lines = try await useCases.lines(request).lines(on: [changed.id])
                return .ok(Self.document(changed, lines: lines), changed.revision)
            }.described(
                APIOperation("Change members of a device (RFC 7396); tenant_uuid moves it to another tenant.", body: "DeviceChange", answer: "Device", revision: .checked)),
            APIRoute(.delete, "/1.0/devices/{name}", "provd.devices.{name}.delete") { request in
                let device = try await Self.device(request, useCases)
                guard try await useCases.devices(request).delete(device.id, expecting: request.expected) else { throw Self.noDevice }
                return .noContent
            }.described(APIOperation("Delete a device; its lines stay.", status: 204, revision: .checked)),
            APIRoute(.post, "/1.0/devices/{name}/synchronize", "provd.devices.{name}.synchronize.create") { request in
                let device = try await Self.device(request, useCases)
                let operation = await useCases.synchronisation.begin(device.id, in: useCases.operations)
                return .created(operation.document, at: "/1.0/operations/\(operation.id)")
            }.described(APIOperation("Tell a device to fetch its configuration again.", body: "Empty", status: 201, answer: "Operation")),
            APIRoute(.post, "/1.0/devices/{name}/reset", "provd.devices.{name}.reset.create") { request in
                let device = try await Self.device(request, useCases)
                _ = try await useCases.devices(request).reset(device.id)
                let operation = await useCases.synchronisation.begin(device.id, in: useCases.operations)
                return .created(operation.document, at: "/1.0/operations/\(operation.id)")
            }.described(APIOperation("Take a device's lines off it, and tell it to fetch its configuration.", body: "Empty", status: 201, answer: "Operation")),
        ]
    }

    static func document(_ device: Device, lines: [Line]) -> JSONValue {
        var document = device.fullDocument
        document["lines"] = .array(
            lines.map {
                ["id": .string($0.id.description), "number": .string($0.number), "display_name": .string($0.displayName)]
            })
        return .object(document)
    }
}
