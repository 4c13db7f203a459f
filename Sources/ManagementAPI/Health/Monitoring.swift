// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
public import NetTypes
public import Telemetry

/// What whoever watches over provd may see: its metrics, and whether it serves.
public struct Monitoring: Sendable {
    /// The networks from which the metrics may be read without a token.
    private let openTo: [IPNetwork]
    private let sources: [any MetricSource]
    private let obstacles: @Sendable () async -> [String]

    /// Makes it of what can be seen.
    ///
    /// - Parameters:
    ///   - sources: What has metrics; they are shown in this order.
    ///   - openTo: The networks from which metrics may be read without a token.
    ///   - obstacles: What keeps provd from serving now, each in one word: this is shown to anybody.
    public init(
        sources: [any MetricSource] = [], openTo: [IPNetwork] = [], obstacles: @escaping @Sendable () async -> [String] = { [] }
    ) {
        self.sources = sources
        self.openTo = openTo
        self.obstacles = obstacles
    }

    /// Whether the metrics may be read from an address without a token.
    func isOpen(to address: String) -> Bool {
        guard !openTo.isEmpty, let address = IPAddress(address) else { return false }
        return openTo.contains { $0.contains(address) }
    }

    /// The metrics, then those of the API itself.
    func metrics(and own: some MetricSource) async -> APIResponse {
        var families: [MetricFamily] = []
        for source in sources { families += await source.families }
        families += await own.families
        return .text(MetricsText.text(of: families), MetricsText.mediaType)
    }

    /// Whether provd serves: all doors listen, plugins are loaded, the database can be read.
    func readiness() async -> APIResponse {
        let obstacles = await obstacles()
        guard !obstacles.isEmpty else { return .ok(["status": "ready"]) }
        return APIResponse(
            status: .serviceUnavailable, body: ["status": "not ready", "reasons": .array(obstacles.map(JSONValue.string))])
    }
}
