// SPDX-License-Identifier: GPL-3.0-or-later

public import Telemetry

extension Operations: MetricSource {
    public var families: [MetricFamily] {
        get async {
            let counts = counts
            return [
                .gauge(
                    "provd_operations", "Operations that are remembered, by state.",
                    State.allCases.map { .init(Double(counts[$0] ?? 0), [MetricLabel("state", $0.rawValue)]) })
            ]
        }
    }
}
