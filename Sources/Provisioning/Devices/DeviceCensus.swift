// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import ProvModel
public import Telemetry

/// Counts the devices by how far they are, and those that do not come up by what they wait for.
///
/// Each count looks at every device, so that it is made only when somebody asks, and seldom: whoever asks in between gets the last one.
public actor DeviceCensus: MetricSource {
    private struct Numbers {
        var stages: [DeviceProgress.Stage: Int] = [:]
        var stalled: [NextStep.Kind: Int] = [:]
    }

    /// How many devices are looked at with one query.
    private static let pageLength = 500
    /// How long a count holds at least, and how many times as long as it took: counting must not take more than a fiftieth of a processor.
    private static let interval = Duration.seconds(20), rest = 50
    /// How long a count holds where nothing has happened.
    private static let quietInterval = Duration.seconds(300)
    /// How long a device may take for its next step before it counts as stalled, in seconds. The slowest phones load their firmware in less.
    static let patience = 600.0

    private let appliance: Appliance
    private let clock = ContinuousClock()
    private var numbers = Numbers()
    private var due: ContinuousClock.Instant?
    private var quietUntil: ContinuousClock.Instant?
    private var position: Int64 = -1
    private var isCounting = false

    /// Makes a census of an appliance's devices, of all tenants.
    public init(_ appliance: Appliance) { self.appliance = appliance }

    public var families: [MetricFamily] {
        get async {
            await countIfDue()
            let stages = DeviceProgress.Stage.allCases.map { stage in
                MetricFamily.Sample(Double(numbers.stages[stage] ?? 0), [MetricLabel("stage", stage.rawValue)])
            }
            let stalled = NextStep.Kind.allCases.filter { Self.isDuty($0) }.map { kind in
                MetricFamily.Sample(Double(numbers.stalled[kind] ?? 0), [MetricLabel("waiting_for", kind.rawValue)])
            }
            return [
                .gauge("provd_devices", "Devices by how far they are on their way to a working line.", stages),
                .gauge(
                    "provd_devices_stalled", "Devices that were seen and have not taken their next step for ten minutes, by what is waited for.", stalled),
            ]
        }
    }

    private func countIfDue() async {
        let now = clock.now
        guard !isCounting, due.map({ now >= $0 }) ?? true else { return }
        isCounting = true
        defer { isCounting = false }
        do {
            let last = try await appliance.store.lastTimelinePosition()
            if last == position, let quietUntil, now < quietUntil { return }
            numbers = try await count()
            position = last
        } catch {
            // The numbers stay as they were; that the database cannot be read is said elsewhere.
            appliance.logger.debug("the devices could not be counted", metadata: ["reason": "\(error)"])
        }
        let end = clock.now
        due = end + max(Self.interval, now.duration(to: end) * Self.rest)
        quietUntil = end + Self.quietInterval
    }

    private func count() async throws -> Numbers {
        var numbers = Numbers()
        var after: Int64?
        repeat {
            let page = try await appliance.store.devices(PageQuery(tenants: nil, after: after, limit: Self.pageLength))
            let devices = page.elements.map(\.id)
            let lines = Dictionary(grouping: try await appliance.store.lines(on: devices), by: \.device)
            let recent = try await appliance.store.recentTimelines(of: devices, limits: DeviceProgress.tellingEvents)
            let now = appliance.now()
            for device in page.elements {
                let progress = DeviceProgress(device, lines: lines[device.id] ?? [], recent: recent[device.id])
                numbers.stages[progress.stage, default: 0] += 1
                if Self.isStalled(progress, now: now) { numbers.stalled[progress.next.kind, default: 0] += 1 }
            }
            after = page.next
        } while after != nil
        return numbers
    }

    /// Whether a device should have gone on by itself and has not.
    static func isStalled(_ progress: DeviceProgress, now: Double) -> Bool {
        guard isDuty(progress.next.kind), let last = progress.lastTime else { return false }
        return now - last > patience
    }

    /// Whether a step is the device's or an administrator's: that a phone waits for its owner is no fault.
    private static func isDuty(_ kind: NextStep.Kind) -> Bool { kind != .nothing && kind != .code }
}
