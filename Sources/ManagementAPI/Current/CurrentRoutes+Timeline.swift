// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import NetTypes
import ProvModel
import Provisioning

extension CurrentRoutes {
    /// How many events one answer holds at the most.
    private static let maximumEvents = 1_000

    var timeline: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/timeline", "provd.timeline.read") { request in
                .ok(try await Self.events(of: nil, request, useCases))
            },
            APIRoute(.get, "/1.0/devices/{name}/timeline", "provd.devices.{name}.timeline.read") { request in
                let device = try await Self.device(request, useCases)
                var answer = try await Self.events(of: device.id, request, useCases).object ?? [:]
                answer["next_step"] = .string(try await useCases.devices.nextStep(of: device).text)
                return .ok(.object(answer))
            },
        ]
    }

    private static func events(of device: DeviceID?, _ request: APIRequest, _ useCases: ManagementUseCases) async throws -> JSONValue {
        let after = try number("after", request, default: 0)
        let limit = min(try number("limit", request, default: maximumEvents), maximumEvents)
        let events = try await useCases.devices.timeline(of: device, after: Int64(after), limit: limit)
        return ["events": .array(events.map(document))]
    }

    private static func number(_ name: String, _ request: APIRequest, default value: Int) throws -> Int {
        guard let text = request.query[name] else { return value }
        guard let number = Int(text), number >= 0 else {
            throw APIError(.badRequest, "\(name) is a whole number from 0", field: name)
        }
        return number
    }

    private static func document(_ event: TimelineEvent) -> JSONValue {
        [
            "id": .int(Int(event.id)), "device": .string(event.device.description),
            "mac": event.mac.map { .string($0.description) } ?? .null, "time": .double(event.time),
            "step": .string(event.step.rawValue), "outcome": .string(event.outcome.rawValue), "text": .string(event.text),
            "details": .object(event.details), "repeats": .int(event.repeats),
        ]
    }
}
