// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import ProvModel
import Provisioning

extension CurrentRoutes {
    /// How many phones can be asked for by name at once: their names are part of the request line.
    private static let maximumNames = 100
    /// The shortest and the longest interval of rates, and how many intervals one answer has at the most.
    private static let intervals = 1...86_400, maximumIntervals = 1_000

    /// What a page shows that watches many phones: how far each is, and how much happens.
    var phones: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/phones", "provd.devices.read") { request in
                let devices = try await useCases.devices(request)
                var found: [Device] = []
                var next: Int64?
                if let names = request.query["ids"]?.split(separator: ",") {
                    guard names.count <= Self.maximumNames else {
                        throw APIError(.badRequest, "ids names at most \(Self.maximumNames) devices", field: "ids")
                    }
                    for name in names {
                        if let device = try await devices.visibleDevice(String(name)) { found.append(device) }
                    }
                } else {
                    let (after, limit) = try Self.page(request)
                    let page = try await devices.page(after: after, limit: limit)
                    (found, next) = (page.elements, page.next)
                }
                let lines = try await useCases.lines(request).lines(on: found.map(\.id))
                let progress = try await devices.progress(of: found, lines: lines)
                let byDevice = Dictionary(grouping: lines, by: \.device)
                return Self.page("phones", found.map { Self.row($0, byDevice[$0.id] ?? [], progress[$0.id]) }, next: next)
            }.described(
                APIOperation(
                    "List the devices in short, with how far each is on its way to a working line.", answer: "Phones",
                    query: Self.pageParameters + [.text("ids", "only these, with commas; at most \(Self.maximumNames)")])),
            APIRoute(.get, "/1.0/rates", "provd.timeline.read") { request in
                let now = useCases.now()
                let interval = Double(try Self.number("interval", request, in: Self.intervals) ?? 60)
                let count = try Self.number("count", request, in: 1...Self.maximumIntervals) ?? 60
                let start = ((now / interval).rounded(.down) - Double(count - 1)) * interval
                let counts = try await useCases.store.timelineCounts(within: request.scope().tree, since: start, interval: interval)
                return .ok([
                    "start": .double(start), "interval": .double(interval), "count": .int(count),
                    "rates": .array(counts.filter { $0.start >= start }.map(Self.document)),
                ])
            }.described(
                APIOperation(
                    "How often each step of the timeline happened in the last intervals; intervals without any are left out.", answer: "Rates",
                    query: [
                        .number("interval", Self.intervals, "how many seconds an interval has (default 60)"),
                        .number("count", 1...Self.maximumIntervals, "how many intervals (default 60)"),
                    ])),
            APIRoute(.get, "/1.0/status", "provd.status.read") { _ in
                .ok([
                    "version": .string(ProvdVersion.text), "time": .double(useCases.now()),
                    "address": .string(useCases.settings.advertisedHost), "http_port": .int(Int(useCases.settings.httpPort)),
                    "timeline": ["last": .int(Int(try await useCases.store.lastTimelinePosition()))],
                    "database": ["bytes": .int(Int(try await useCases.store.byteCount()))],
                ])
            }.described(APIOperation("Which provd this is, where phones reach it, how large its database is, and the id of the newest event.", answer: "Status")),
        ]
    }

    private static func row(_ device: Device, _ lines: [Line], _ progress: DeviceProgress?) -> JSONValue {
        var row: JSONObject = ["id": .string(device.id.description)]
        for name in ["mac", "ip", "vendor", "model", "version", "sn", "plugin", "description", "tenant_uuid"] {
            row[name] = device.document[name] ?? .null
        }
        row["lines"] = .array(
            lines.map { ["id": .string($0.id.description), "number": .string($0.number), "display_name": .string($0.displayName)] })
        if let progress {
            row["stage"] = .string(progress.stage.rawValue)
            row["next"] = .string(progress.next.kind.rawValue)
            row["next_step"] = .string(progress.next.text)
            row["last_time"] = progress.lastTime.map(JSONValue.double) ?? .null
        }
        return .object(row)
    }

    private static func document(_ count: TimelineCount) -> JSONValue {
        [
            "time": .double(count.start), "step": .string(count.step.rawValue), "outcome": .string(count.outcome.rawValue),
            "count": .int(count.count),
        ]
    }
}
