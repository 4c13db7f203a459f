// SPDX-License-Identifier: GPL-3.0-or-later

public import Logging
public import ProvModel
import Telemetry

/// Takes the events of all doors and writes them in groups, so that a thousand booting phones do not cost a thousand
/// commits a second.
///
/// What must not be lost (a line that changed hands) is written with its transaction instead. Of events that were only
/// noted here a power cut may lose the last tenth of a second.
public actor TimelineJournal {
    /// The most events that wait. A writer that is stuck must not cost memory without bound; what does not fit is
    /// counted and logged.
    private static let capacity = 50_000
    /// How long events gather before they are written.
    private static let interval = Duration.milliseconds(100)

    /// How long it waits before it tries again when they could not be written.
    private static let retryInterval = Duration.seconds(2)

    private let repository: any TimelineRepository
    private let logger: Logger
    private let metrics: ProvisioningMetrics
    private var waiting: [TimelineEvent] = []
    /// Wakes `run()` when there is something to write; a quiet appliance wakes nobody.
    private var wakeUp: AsyncStream<Void>.Continuation?
    private var dropped = 0
    private var isFailing = false
    private var watchers: [DeviceID: [UInt64: AsyncStream<TimelineEvent>.Continuation]] = [:]
    private var lastWatcher: UInt64 = 0
    /// Events that wait for one watcher: more than a phone makes in a restart.
    private static let watcherCapacity = 256

    /// Makes a journal that writes to a repository while `run()` runs.
    public init(repository: any TimelineRepository, logger: Logger, metrics: ProvisioningMetrics = ProvisioningMetrics()) {
        self.repository = repository
        self.logger = logger
        self.metrics = metrics
    }

    /// Takes an event. It is written soon.
    public func note(_ event: TimelineEvent) {
        let event = event.ofCurrentRequest
        for watcher in (watchers[event.device] ?? [:]).values { watcher.yield(event) }
        if let last = waiting.indices.last, waiting[last].isRepeated(by: event) {
            let (sum, overflow) = waiting[last].repeats.addingReportingOverflow(max(1, event.repeats))
            waiting[last].repeats = overflow ? Int.max : sum
        } else if waiting.count < Self.capacity {
            waiting.append(event)
            if waiting.count == 1 { wakeUp?.yield() }
        } else {
            dropped += 1
            metrics.droppedSteps.add()
        }
    }

    /// The events of a device that are noted from now on, until ``unwatch(_:_:)``.
    func watch(_ device: DeviceID) -> (watcher: UInt64, events: AsyncStream<TimelineEvent>) {
        lastWatcher += 1
        let (events, continuation) = AsyncStream<TimelineEvent>.makeStream(bufferingPolicy: .bufferingOldest(Self.watcherCapacity))
        watchers[device, default: [:]][lastWatcher] = continuation
        return (lastWatcher, events)
    }

    /// Ends watching a device.
    func unwatch(_ device: DeviceID, _ watcher: UInt64) {
        watchers[device]?.removeValue(forKey: watcher)?.finish()
        if watchers[device]?.isEmpty == true { watchers[device] = nil }
    }

    /// Whether somebody waits for something of a device.
    func isWatched(_ device: DeviceID) -> Bool { watchers[device] != nil }

    /// Writes what waits. Events stay in the journal until they are stored.
    public func flush() async {
        guard !waiting.isEmpty else { return }
        let events = waiting
        waiting = []
        do {
            try await write(events)
            if isFailing { logger.notice("the timeline can be written again", metadata: ["events": "\(events.count)"]) }
            isFailing = false
        } catch {
            // Said once: a log on the same full disk would have no room for more.
            if !isFailing { logger.error("the timeline cannot be written: events wait", metadata: ["reason": "\(error.reason)"]) }
            isFailing = true
            waiting = Array((error.unwritten + waiting).suffix(Self.capacity))
        }
        if dropped > 0 {
            logger.warning("timeline events were dropped because too many waited", metadata: ["count": "\(dropped)"])
            dropped = 0
        }
    }

    /// Events that could not be written, and may be later.
    private struct WriteFailure: Error {
        let unwritten: [TimelineEvent]
        let reason: StoreError
    }

    /// Writes events in their order. One that the storage never takes is left out, as it would keep back all that come after it.
    private func write(_ events: [TimelineEvent]) async throws(WriteFailure) {
        // What is still to be written, the first part last; a part that is refused is halved until it is known which event is meant.
        var parts = [events[...]]
        while let part = parts.popLast() {
            do {
                try await repository.append(Array(part))
            } catch where error.code == .constraint {
                if part.count > 1 {
                    let middle = part.startIndex + part.count / 2
                    parts += [part[middle...], part[..<middle]]
                } else if let event = part.first {
                    leaveOut(event, error)
                }
            } catch {
                throw WriteFailure(unwritten: Array(part + parts.reversed().joined()), reason: error)
            }
        }
    }

    private func leaveOut(_ event: TimelineEvent, _ reason: StoreError) {
        metrics.droppedSteps.add()
        logger.error(
            "a timeline event is left out, as it cannot be stored",
            metadata: ["device": "\(event.device)", "step": "\(event.step.rawValue)", "reason": "\(reason)"])
    }

    /// Writes in groups until the task is cancelled, then what is left.
    public func run() async {
        let (wakeUps, wakeUp) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.wakeUp = wakeUp
        if !waiting.isEmpty { wakeUp.yield() }
        // It ends when the task is cancelled.
        for await _ in wakeUps {
            try? await Task.sleep(for: isFailing ? Self.retryInterval : Self.interval)
            await flush()
            // What came meanwhile, or could not be written.
            if !waiting.isEmpty { wakeUp.yield() }
        }
        await flush()
    }
}
