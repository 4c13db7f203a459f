// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import NetTypes
import ProvModel
import Provisioning

extension CurrentRoutes {
    /// How many events one answer holds at the most.
    private static let maximumEvents = 1_000
    /// The largest position in the journal that can be asked for.
    private static let maximumPosition = Int(Int64.max)

    private static let timelineParameters: [APIOperation.Parameter] = [
        .number("after", 0...maximumPosition, "only events after this id"), .number("limit", 0...maximumPosition, "how many events at the most; an answer never has more than \(maximumEvents)"),
    ]

    var timeline: [APIRoute] {
        let useCases = useCases, streams = streams
        return [
            APIRoute(.get, "/1.0/timeline", "provd.timeline.read") { request in
                let after = try Self.number("after", request, in: 0...Self.maximumPosition) ?? 0
                let limit = try Self.number("limit", request, in: 0...Int.max) ?? Self.maximumEvents
                let events = try await useCases.store.timeline(
                    within: request.scope().tree, after: Int64(after), limit: min(limit, Self.maximumEvents))
                return .ok(["events": .array(events.map(Self.document))])
            }.described(APIOperation("The steps of all devices.", answer: "Timeline", query: Self.timelineParameters)),
            APIRoute(.get, "/1.0/devices/{name}/timeline", "provd.devices.{name}.timeline.read") { request in
                let device = try await Self.visibleDevice(request, useCases)
                let after = try Self.number("after", request, in: 0...Self.maximumPosition) ?? 0
                let limit = try Self.number("limit", request, in: 0...Int.max) ?? Self.maximumEvents
                let devices = try await useCases.devices(request)
                let events = try await devices.timeline(of: device, after: Int64(after), limit: min(limit, Self.maximumEvents))
                return .ok([
                    "events": .array(events.map(Self.document)), "next_step": .string(try await devices.nextStep(of: device).text),
                ])
            }.described(APIOperation("A device's steps, and what is expected next.", answer: "Timeline", query: Self.timelineParameters)),
            APIRoute(.get, "/1.0/events", "provd.events.read") { request in
                guard let access = request.access else { throw AccessRefusal.token }
                let stream = EventStream(timeline: useCases.store, access: access, tree: try await access.scope().tree)
                let permit = try streams.enter(access.actor.name)
                var start = try Self.start(of: request)
                if start == nil { start = try await useCases.store.lastTimelinePosition() }
                let position = start ?? 0
                return APIResponse(
                    status: .ok, mediaType: "text/event-stream",
                    rawBody: .stream { writer in
                        try await stream.write(after: position, to: &writer)
                        withExtendedLifetime(permit) {}
                    })
            }.described(
                APIOperation(
                    "The steps of all devices as they come (server-sent events). A client that was cut off sends Last-Event-ID and misses nothing.",
                    answerType: "text/event-stream", query: [.number("after", 0...Self.maximumPosition, "begin after this id instead of now")])),
        ]
    }

    private static func start(of request: APIRequest) throws -> Int64? {
        if let text = request.lastEventID, !text.isEmpty {
            guard let position = Int64(text), position >= 0 else {
                throw APIError(.badRequest, "Last-Event-ID is the id of an event", field: "Last-Event-ID")
            }
            return position
        }
        return try number("after", request, in: 0...maximumPosition).map(Int64.init)
    }

    static func document(_ event: TimelineEvent) -> JSONValue {
        [
            "id": .int(Int(event.id)), "device": .string(event.device.description),
            "mac": event.mac.map { .string($0.description) } ?? .null, "time": .double(event.time),
            "step": .string(event.step.rawValue), "outcome": .string(event.outcome.rawValue), "text": .string(event.text),
            "details": .object(event.details), "repeats": .int(event.repeats),
        ]
    }
}
