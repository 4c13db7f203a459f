// SPDX-License-Identifier: GPL-3.0-or-later

import Telemetry

/// What the management API counts.
struct ManagementMetrics: MetricSource {
    /// The first digit of an answer's status.
    enum StatusClass: Int, MetricKey {
        case informational = 1, success, redirection, clientError, serverError

        var labels: [MetricLabel] { [MetricLabel("class", "\(rawValue)xx")] }
    }

    private let requests = LabelledCounters<StatusClass>()
    private let time = Histogram()

    /// Counts an answer. Of one that goes on, such as a stream of events, the time to its beginning counts.
    func count(_ status: Int, since start: ContinuousClock.Instant) {
        guard let status = StatusClass(rawValue: status / 100) else { return }
        requests[status].add()
        time.observe(.now - start)
    }

    var families: [MetricFamily] {
        [
            .counter("provd_api_requests_total", "Requests to the management API and the page, by the class of their status.", requests),
            .histogram("provd_api_request_duration_seconds", "Time from a request to the management API until its answer begins.", time),
        ]
    }
}
