// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPWire
public import NetTypes
public import PacketCapture
import ProvModel
import Synchronization

/// Observes the DHCP messages of several sources.
public struct Sniffer: Sendable {
    /// The filter of a live capture: DHCP by port, and later fragments of UDP datagrams, which have no port, as far into
    /// a datagram as a DHCP message can reach; and of IPv6 what is counted: DHCPv6, and router advertisements.
    ///
    /// Each `vlan` in a filter moves all that follows behind one more tag, so that the second is for the inner tag.
    public static func filter(linkType: Int32) -> String {
        let fragments = "(ip proto 17 and ip[6:2] & 0x1fff > 0 and ip[6:2] & 0x1fff < \(IPv4Reassembler.maximumLength / 8))"
        let counted = "(ip6 and (udp port 546 or udp port 547 or (ip6[6] = 58 and ip6[40] = 134)))"
        let messages = "(udp port 67 or udp port 68 or \(fragments) or \(counted))"
        guard LinkType(number: linkType) == .ethernet else { return messages }
        return "\(messages) or (vlan and \(messages)) or (vlan and \(messages))"
    }

    /// Seconds of the captured time between two warnings of one kind about one source.
    static let warningInterval = 60.0

    /// Seconds of the captured time between two reports of what was counted. A network without traffic has nothing to report.
    static let statisticsInterval = 10.0

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
    private let laterSources: AsyncStream<Source>?
    private let onEnd: @Sendable (Source) -> Void
    private let recogniser: any DHCPRecogniser
    private let sinks: [any ObservationSink]
    private let watch: SharedWatch
    private let report: @Sendable (String) -> Void

    /// Makes a sniffer.
    ///
    /// - Parameters:
    ///   - sources: The sources to begin with.
    ///   - laterSources: Sources that come while it runs; it runs on until this stream ends. `nil` if none will come.
    ///   - sinks: Where each observation and problem goes.
    ///   - expectedServers: The site's DHCP servers; see `DHCPWatch`.
    ///   - onEnd: Called when a source has ended or failed.
    ///   - report: Called with sentences about problems, losses and broken messages.
    public init(
        sources: [Source], laterSources: AsyncStream<Source>? = nil, recogniser: any DHCPRecogniser, sinks: [any ObservationSink],
        expectedServers: [IPv4Address] = [], onEnd: @escaping @Sendable (Source) -> Void = { _ in },
        report: @escaping @Sendable (String) -> Void
    ) {
        self.sources = sources
        self.laterSources = laterSources
        self.onEnd = onEnd
        self.recogniser = recogniser
        self.sinks = sinks
        watch = SharedWatch(DHCPWatch(expectedServers: expectedServers, wishes: recogniser.wishes))
        self.report = report
    }

    /// Observes until all sources are at their end or have failed and none will come, or the task is cancelled. One
    /// source that fails does not end the others.
    ///
    /// - Throws: The error of the first source that failed, once all have ended.
    public func run() async throws {
        let failure = FirstFailure()
        await withDiscardingTaskGroup { group in
            for source in sources { group.addTask { await follow(source, failure) } }
            guard let laterSources else { return }
            for await source in laterSources { group.addTask { await follow(source, failure) } }
        }
        if let error = failure.error { throw error }
    }

    private func follow(_ source: Source, _ failure: FirstFailure) async {
        do {
            try await observe(source)
        } catch {
            if !(error is CancellationError) { report("\(error)") }
            failure.note(error)
        }
        onEnd(source)
    }

    /// How the frames of a source begin.
    ///
    /// - Throws: `CaptureError` of code `badFile` if frames of that kind carry no DHCP.
    static func linkType(of source: any PacketSource) throws(CaptureError) -> LinkType {
        guard let linkType = LinkType(number: source.linkType) else {
            throw CaptureError(.badFile, "\(source.name) has frames of link type \(source.linkType), which carry no DHCP as read here")
        }
        return linkType
    }

    private func observe(_ source: Source) async throws {
        let name = source.packets.name
        var interpreter = FrameInterpreter(linkType: try Self.linkType(of: source.packets), interface: source.interface, recogniser: recogniser)
        var losses = CountWarning(interval: Self.warningInterval)
        var breakages = CountWarning(interval: Self.warningInterval)
        var dropped: UInt64 = 0
        let isLive = source.interface != nil
        let run = "\(name)-\(UInt64.random(in: .min ... .max))"
        var told = -Double.infinity
        defer { report("\(name): \(interpreter.traffic)\(isLive ? ", \(dropped) frames lost" : "")") }
        while true {
            let batch = try await source.packets.nextBatch()
            guard let last = batch.frames.last else { return }
            dropped = batch.dropped
            var reports = reports(on: batch, &interpreter)
            // A clock that is set back must not end the reports.
            if isLive, abs(last.time - told) >= Self.statisticsInterval {
                told = last.time
                reports.append(.statistics(interpreter.statistics(of: run, at: last.time, dropped: dropped)))
            }
            if !reports.isEmpty { for sink in sinks { try await sink.accept(reports) } }
            if let count = losses.due(batch.dropped, at: last.time) {
                report("\(name): \(count) frames lost, because they came faster than they could be read")
            }
            if let count = breakages.due(interpreter.malformed, at: last.time), let error = interpreter.lastError {
                report("\(name): \(count) broken frames; the last is \(error)")
            }
        }
    }

    /// What a batch tells: observations, each problem directly after the observation that showed it.
    private func reports(on batch: CaptureBatch, _ interpreter: inout FrameInterpreter) -> [DHCPReport] {
        var reports: [DHCPReport] = []
        reports.reserveCapacity(batch.frames.count)
        for frame in batch.frames {
            guard let observation = interpreter.observe(frame) else { continue }
            reports.append(.observation(observation))
            for problem in watch.observe(observation) {
                report("\(problem)")
                reports.append(.problem(problem.report(noticedBy: observation)))
            }
        }
        return reports
    }
}

/// The error of the source that failed first.
private final class FirstFailure: Sendable {
    private let first = Mutex<(any Error)?>(nil)

    var error: (any Error)? { first.withLock { $0 } }

    func note(_ error: any Error) { first.withLock { $0 = $0 ?? error } }
}

/// The watch over all sources, each of which has a task of its own.
private final class SharedWatch: Sendable {
    private let watch: Mutex<DHCPWatch>

    init(_ watch: DHCPWatch) { self.watch = Mutex(watch) }

    func observe(_ observation: DHCPObservation) -> [DHCPProblem] { watch.withLock { $0.observe(observation) } }
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
