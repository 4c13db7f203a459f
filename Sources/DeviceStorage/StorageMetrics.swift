// SPDX-License-Identifier: GPL-3.0-or-later

import ProvModel
public import Telemetry

/// What the storage counts.
struct StorageMetrics: Sendable {
    /// A step of devices' timelines, by outcome.
    struct Step: MetricKey {
        let step: TimelineEvent.Step
        let outcome: TimelineEvent.Outcome

        static let allCases = TimelineEvent.Step.allCases.flatMap { step in
            [TimelineEvent.Outcome.done, .refused, .failed].map { Step(step: step, outcome: $0) }
        }

        var labels: [MetricLabel] { [MetricLabel("step", step.rawValue), MetricLabel("outcome", outcome.rawValue)] }
    }

    /// How a commit ended.
    enum Ending: String, MetricKey {
        case done, failed

        var labels: [MetricLabel] { [MetricLabel("outcome", rawValue)] }
    }

    let commits = LabelledHistograms<Ending>()
    let transactions = Counter()
    let steps = LabelledCounters<Step>()

    /// Counts steps that are written.
    func count(_ events: [TimelineEvent]) {
        for event in events { steps[Step(step: event.step, outcome: event.outcome)].add(UInt64(clamping: max(1, event.repeats))) }
    }
}

extension SQLiteStore: MetricSource {
    public var families: [MetricFamily] {
        get async {
            var sizes: [MetricFamily.Sample] = []
            if let bytes = try? await byteCount() { sizes.append(.init(Double(bytes), [MetricLabel("file", "database")])) }
            if let path, let bytes = Self.fileSize(path + "-wal") { sizes.append(.init(bytes, [MetricLabel("file", "journal")])) }
            return [
                .histogram("provd_storage_commit_duration_seconds", "Time to make changes durable, for one or several transactions.", metrics.commits),
                .counter("provd_storage_transactions_total", "Transactions that were written.", metrics.transactions),
                .gauge("provd_storage_bytes", "Size of the database, and of its journal of what is not yet in it.", sizes),
                .counter("provd_timeline_events_total", "Steps of phones that were written, by how they ended.", metrics.steps),
            ]
        }
    }
}
