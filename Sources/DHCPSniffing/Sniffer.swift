// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPWire
public import PacketCapture
import ProvModel
import Synchronization

/// Observes the DHCP messages of several sources.
public struct Sniffer: Sendable {
    /// The filter of a live capture: DHCP by port, and later fragments of UDP datagrams, which have no port, as far into
    /// a datagram as a DHCP message can reach.
    ///
    /// Each `vlan` in a filter moves all that follows behind one more tag, so that the second is for the inner tag.
    public static func filter(linkType: Int32) -> String {
        let fragments = "(ip proto 17 and ip[6:2] & 0x1fff > 0 and ip[6:2] & 0x1fff < \(IPv4Reassembler.maximumLength / 8))"
        let messages = "(udp port 67 or udp port 68 or \(fragments))"
        guard LinkType(number: linkType) == .ethernet else { return messages }
        return "\(messages) or (vlan and \(messages)) or (vlan and \(messages))"
    }

    /// Seconds of the captured time between two warnings of one kind about one source.
    static let warningInterval = 60.0

    /// One source with the interface named in its observations.
    public struct Source: Sendable {
        /// Where the frames come from.
        public var packets: any PacketSource
        /// The interface; `nil` for a file.
        public var interface: String?

        /// Makes a source.
        public init(_ packets: any PacketSource, interface: String?) {
            self.packets = packets
            self.interface = interface
        }
    }

    private let sources: [Source]
    private let recogniser: any DHCPRecogniser
    private let sinks: [any ObservationSink]
    private let watch: SharedWatch
    private let report: @Sendable (String) -> Void

    /// Makes a sniffer.
    ///
    /// - Parameters:
    ///   - sinks: Where each observation goes.
    ///   - watch: Finds problems in the traffic of all sources.
    ///   - report: Called with sentences about problems, losses and broken messages.
    public init(
        sources: [Source], recogniser: any DHCPRecogniser, sinks: [any ObservationSink], watch: DHCPWatch = DHCPWatch(),
        report: @escaping @Sendable (String) -> Void
    ) {
        self.sources = sources
        self.recogniser = recogniser
        self.sinks = sinks
        self.watch = SharedWatch(watch)
        self.report = report
    }

    /// Observes until all sources are at their end or have failed, or the task is cancelled. One source that fails does
    /// not end the others.
    ///
    /// - Throws: The error of a source, once all have ended.
    public func run() async throws {
        var failure: (any Error)?
        await withTaskGroup(of: (any Error)?.self) { group in
            for source in sources {
                group.addTask {
                    do {
                        try await observe(source)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            for await error in group {
                guard let error else { continue }
                if !(error is CancellationError) { report("\(error)") }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    private func observe(_ source: Source) async throws {
        let name = source.packets.name
        guard let linkType = LinkType(number: source.packets.linkType) else {
            throw CaptureError(.badFile, "\(name) has frames of link type \(source.packets.linkType), which carry no DHCP as read here")
        }
        var interpreter = FrameInterpreter(linkType: linkType, interface: source.interface, recogniser: recogniser)
        var losses = CountWarning(interval: Self.warningInterval)
        var breakages = CountWarning(interval: Self.warningInterval)
        while true {
            let batch = try await source.packets.nextBatch()
            guard let last = batch.frames.last else { return }
            let observations = batch.frames.compactMap { interpreter.observe($0) }
            if !observations.isEmpty {
                for sink in sinks { try await sink.accept(observations) }
                for problem in watch.observe(observations) { report("\(problem)") }
            }
            if let count = losses.due(batch.dropped, at: last.time) {
                report("\(name): \(count) frames lost, because they came faster than they could be read")
            }
            if let count = breakages.due(interpreter.malformed, at: last.time), let error = interpreter.lastError {
                report("\(name): \(count) broken frames; the last is \(error)")
            }
        }
    }
}

/// The watch over all sources, each of which has a task of its own.
private final class SharedWatch: Sendable {
    private let watch: Mutex<DHCPWatch>

    init(_ watch: DHCPWatch) { self.watch = Mutex(watch) }

    func observe(_ observations: [DHCPObservation]) -> [DHCPProblem] {
        watch.withLock { watch in observations.flatMap { watch.observe($0) } }
    }
}

/// Decides when a growing count is worth another warning.
struct CountWarning {
    /// Seconds between warnings.
    let interval: Double
    private var warned: UInt64 = 0
    private var time: Double?

    init(interval: Double) { self.interval = interval }

    /// How much was added since the last warning, if a warning is due.
    mutating func due(_ count: UInt64, at now: Double) -> UInt64? {
        guard count > warned else { return nil }
        if let time, abs(now - time) < interval { return nil }
        defer {
            warned = count
            time = now
        }
        return count - warned
    }
}
