// SPDX-License-Identifier: GPL-3.0-or-later

import ProvModel
import Synchronization
import Telemetry

/// What the sniffers' own counts add up to.
///
/// A sniffer tells what it counted since its start, and may tell it twice. Only what was added since it told last is counted here, so that
/// several sniffers, and sniffers that start anew, make one count that never goes back.
final class ObserverTotals: MetricSource {
    /// How many sources are remembered; the interfaces of a sniffer or two. When there are more the one that was silent longest is forgotten.
    private static let capacity = 64

    private struct State {
        var last: [String: ObserverStatistics] = [:]
        var time = 0.0
        var problem: DHCPProblemReport?
    }

    private let frames = Counter(), messages = Counter(), malformed = Counter(), dropped = Counter(), unsent = Counter(), problems = Counter()
    private let state = Mutex(State())

    /// Takes in what a sniffer says.
    func take(_ statistics: ObserverStatistics) {
        let before = state.withLock { state in
            let before = state.last[statistics.source]
            if before == nil, state.last.count >= Self.capacity, let oldest = state.last.min(by: { $0.value.time < $1.value.time }) {
                state.last[oldest.key] = nil
            }
            state.last[statistics.source] = statistics
            state.time = max(state.time, statistics.time)
            return before
        }
        func add(_ counter: Counter, _ count: KeyPath<ObserverStatistics, UInt64>) {
            let (now, earlier) = (statistics[keyPath: count], before?[keyPath: count] ?? 0)
            if now > earlier { counter.add(now - earlier) }
        }
        add(frames, \.frames)
        add(messages, \.messages)
        add(malformed, \.malformed)
        add(dropped, \.dropped)
        add(unsent, \.unsent)
    }

    /// Takes in that something is wrong.
    func take(_ problem: DHCPProblemReport) {
        problems.add()
        state.withLock { $0.problem = problem }
    }

    /// What was reported last to be wrong.
    var lastProblem: DHCPProblemReport? { state.withLock { $0.problem } }

    /// All counts together, and when they were told last.
    var report: (frames: UInt64, messages: UInt64, dropped: UInt64, unsent: UInt64, time: Double)? {
        lastTime.map { (frames.value, messages.value, dropped.value, unsent.value, $0) }
    }

    /// When a sniffer last said what it counted, in seconds since 1970; `nil` if none did.
    var lastTime: Double? { state.withLock { $0.last.isEmpty ? nil : $0.time } }

    var families: [MetricFamily] {
        [
            .counter("provd_sniffer_frames_total", "Frames that sniffers captured.", frames),
            .counter("provd_sniffer_messages_total", "DHCP messages in captured frames.", messages),
            .counter("provd_sniffer_malformed_total", "Captured frames that were no whole DHCP message.", malformed),
            .counter("provd_sniffer_frames_dropped_total", "Frames that came faster than sniffers could read them.", dropped),
            .counter("provd_sniffer_reports_dropped_total", "Reports that sniffers gave up, because provd was away for too long.", unsent),
            .counter("provd_dhcp_problems_total", "Problems of DHCP that sniffers reported.", problems),
            .gauge("provd_sniffer_last_report_timestamp_seconds", "When a sniffer last told its counts, in seconds since 1970; 0 if none did.", lastTime ?? 0),
        ]
    }
}
