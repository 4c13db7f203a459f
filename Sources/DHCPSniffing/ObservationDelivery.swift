// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
public import PacketCapture
public import ProvModel
import Synchronization

/// Hands observations to provd over its Unix socket and keeps them until provd has accepted them.
///
/// One line of JSON per observation or problem goes out; provd answers `ok <n>`, where n is how many lines it has accepted on this
/// connection. When the connection ends, everything that was not accepted is sent again on the next one.
public final class ObservationDelivery: ObservationSink {
    private struct State {
        var queue = ObservationQueue()
        var isFinishing = false
    }

    private let path: String
    private let report: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let wakeUp: WakeUp
    /// By which provd tells what this run gave up from what another did.
    private let run = "delivery-\(UInt64.random(in: .min ... .max))"

    /// Makes a delivery that is not connected yet.
    ///
    /// - Parameters:
    ///   - path: provd's socket.
    ///   - report: Called with a sentence when the connection begins, ends or cannot be made: once per change.
    public init(path: String, report: @escaping @Sendable (String) -> Void) throws(CaptureError) {
        self.path = path
        self.report = report
        wakeUp = try WakeUp()
    }

    /// Observations lost so far, because provd was away for too long.
    public var dropped: UInt64 { state.withLock { $0.queue.dropped } }

    public func accept(_ reports: [DHCPReport]) async {
        guard !reports.isEmpty else { return }
        state.withLock { for report in reports { $0.queue.add(report) } }
        wakeUp.signal()
    }

    /// Lets `run()` return as soon as everything is accepted.
    public func finish() {
        state.withLock { $0.isFinishing = true }
        wakeUp.signal()
    }

    /// Delivers until the task is cancelled, or until everything is accepted after `finish()`.
    public func run() async {
        let worker = DeliveryWorker(path: path, wakeUp: wakeUp, delivery: self)
        await withTaskCancellationHandler {
            await worker.run()
        } onCancel: {
            wakeUp.signal()
        }
    }

    // MARK: - For the worker

    fileprivate var isDone: Bool { state.withLock { $0.isFinishing && $0.queue.isEmpty } }

    fileprivate func take() -> [DHCPReport] {
        let (reports, dropped) = state.withLock { state in
            let dropped = state.queue.newlyDropped()
            if let dropped {
                let now = Double(time(nil))
                state.queue.add(.statistics(ObserverStatistics(source: run, time: now, frames: 0, messages: 0, malformed: 0, dropped: 0, unsent: dropped)))
            }
            return (state.queue.take(), dropped)
        }
        if let dropped { report("\(dropped) observations were given up since the start, because provd was away for too long") }
        return reports
    }

    fileprivate func acknowledge(_ count: Int) throws(ObservationQueue.AcknowledgementError) {
        try state.withLock { (state) throws(ObservationQueue.AcknowledgementError) in try state.queue.acknowledge(count) }
    }

    fileprivate func connectionLost() { state.withLock { $0.queue.connectionLost() } }

    fileprivate func say(_ text: String) { report(text) }
}

/// The part that blocks, on a thread of its own.
private actor DeliveryWorker {
    private let path: String
    private let wakeUp: WakeUp
    private let delivery: ObservationDelivery
    private var backoff = Backoff()
    private var lastReport = ""
    private nonisolated let executor = BlockingExecutor(name: "delivery")

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    init(path: String, wakeUp: WakeUp, delivery: ObservationDelivery) {
        self.path = path
        self.wakeUp = wakeUp
        self.delivery = delivery
    }

    func run() {
        while !Task.isCancelled, !delivery.isDone {
            do throws(UnixStream.Failure) {
                let stream = try UnixStream.connect(to: path)
                say("connected to provd at \(path)")
                try deliver(over: stream)
            } catch {
                delivery.connectionLost()
                say("not connected to provd at \(path): \(error.reason). Observations are kept and sent when it is there")
                pause(backoff.next())
            }
        }
    }

    /// Sends and reads answers until the connection ends.
    private func deliver(over stream: borrowing UnixStream) throws(UnixStream.Failure) {
        var answers = AcknowledgementParser()
        var output: ArraySlice<UInt8> = []
        while !Task.isCancelled, !delivery.isDone {
            if output.isEmpty { output = ReportLines(of: delivery.take()).bytes[...] }
            let ready = try stream.wait(toSend: !output.isEmpty, wakeUp: wakeUp)
            if ready.readable { try acknowledge(try stream.receive(), &answers) }
            if ready.writable { output = output.dropFirst(try stream.send(output)) }
        }
    }

    private func acknowledge(_ bytes: [UInt8], _ answers: inout AcknowledgementParser) throws(UnixStream.Failure) {
        do {
            guard let count = try answers.take(bytes) else { return }
            try delivery.acknowledge(count)
            backoff.reset()
        } catch {
            throw UnixStream.Failure(reason: "provd's answer makes no sense (\(error))")
        }
    }

    /// Waits, however often the wake-up is signalled by new observations meanwhile.
    private func pause(_ duration: Duration) {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: duration)
        while !Task.isCancelled, !delivery.isDone, clock.now < end {
            UnixStream.pause(clock.now.duration(to: end), wakeUp: wakeUp)
        }
    }

    private func say(_ text: String) {
        guard text != lastReport else { return }
        lastReport = text
        delivery.say(text)
    }
}
