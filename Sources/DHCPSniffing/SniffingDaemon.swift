// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
import DHCPWire
import Glibc
public import NetTypes
import PacketCapture

/// dhcp-sniffd: observes DHCP on interfaces or in a file, and hands what it learns to provd or to standard output.
public struct SniffingDaemon: Sendable {
    /// provd's socket for observations.
    public static let defaultSocket = "/run/provd/sightings.sock"
    /// Where the vendor definitions are looked for, in order, if none are named.
    public static let definitionDirectories = ["/usr/share/provd/dhcp", "./dhcp"]
    /// How long what waits may still be handed to provd after a signal to end.
    static let farewell: Duration = .seconds(1)

    /// Interfaces to capture on; empty means all that are fit.
    public var interfaces: [String] = []
    /// A capture file to read instead.
    public var file: String?
    /// Where a redacted copy of the capture file is written, for tests.
    public var fixture: String?
    /// Whether the capture file is only counted: message types and phones, on standard output.
    public var summarises = false
    /// provd's socket; `nil` delivers nothing.
    public var socket: String? = Self.defaultSocket
    /// Whether observations are printed as JSON.
    public var printsJSON = false
    /// The directory of the vendor definitions; `nil` looks in `definitionDirectories`.
    public var definitions: String?
    /// Whether phones are recognised by vendor definitions.
    public var recognises = true
    /// The site's DHCP servers; if none are named, the first to answer on a network is taken for its server.
    public var servers: [IPv4Address] = []
    /// A descriptor on which a line is written when the capture has begun.
    public var readyDescriptor: Int32?

    private let report: @Sendable (String) -> Void
    private var recogniser: (any DHCPRecogniser)?

    /// Makes a daemon with the defaults.
    ///
    /// - Parameter report: Called with sentences for the log.
    public init(report: @escaping @Sendable (String) -> Void) { self.report = report }

    /// Reads the vendor definitions, with the rights of who starts the program: `run()` may have fewer.
    public mutating func loadDefinitions() throws(SniffingFailure) { recogniser = try makeRecogniser() }

    /// Works until the file is read or the process is told to end. An interface that goes away ends only its own capture.
    public func run() async throws(SniffingFailure) {
        let recogniser = if let recogniser { recogniser } else { try makeRecogniser() }
        if let file, let fixture { try await writeFixture(of: file, to: fixture, recogniser) }
        if let file, summarises { return try await summarise(file, recogniser) }
        let captures = file == nil ? InterfaceCaptures(wanted: interfaces, report: report) : nil
        let sources = try openSources(captures)
        let delivery = try makeDelivery()
        let sinks: [any ObservationSink] = (printsJSON ? [StandardOutputSink()] : []) + (delivery.map { [$0] } ?? [])
        let sniffer = Sniffer(
            sources: sources, laterSources: captures?.later, recogniser: recogniser, sinks: sinks, expectedServers: servers,
            onEnd: { captures?.ended($0) }, report: report)
        for source in sources where source.interface != nil { report("listening on \(source.packets.name)") }
        announceReadiness()

        let outcome = await withTaskGroup(of: Outcome.self) { group in
            group.addTask {
                do {
                    try await sniffer.run()
                    return .ended(nil)
                } catch {
                    return .ended(error)
                }
            }
            group.addTask {
                await TerminationSignals.wait()
                return .signalled
            }
            if let delivery {
                group.addTask {
                    await delivery.run()
                    return .delivered
                }
            }
            if let captures {
                group.addTask {
                    await captures.run()
                    return .ended(nil)
                }
            }
            let outcome = await group.next() ?? .signalled
            if let delivery { await finish(delivery, &group, isHurried: file == nil) }
            group.cancelAll()
            return outcome
        }
        try outcome.check()
    }

    private enum Outcome: Sendable {
        case ended((any Error)?)
        case signalled
        case delivered
        case outOfTime

        func check() throws(SniffingFailure) {
            guard case .ended(let error?) = self else { return }
            if let error = error as? CaptureError { throw SniffingFailure(error) }
            throw SniffingFailure(message: "\(error)", exitCode: 71)
        }
    }

    /// Waits until everything is delivered. After a live capture there is little time; a file is delivered whole,
    /// unless a signal comes.
    private func finish(_ delivery: ObservationDelivery, _ group: inout TaskGroup<Outcome>, isHurried: Bool) async {
        delivery.finish()
        if isHurried {
            group.addTask {
                try? await Task.sleep(for: Self.farewell)
                return .outOfTime
            }
        }
        while let outcome = await group.next() {
            switch outcome {
            case .delivered, .outOfTime, .signalled: return
            case .ended: continue
            }
        }
    }

    // MARK: - Parts

    private func makeRecogniser() throws(SniffingFailure) -> any DHCPRecogniser {
        guard recognises else { return NoRecogniser() }
        let directory =
            definitions ?? Self.definitionDirectories.first { unsafe access($0, R_OK | X_OK) == 0 }
            ?? Self.definitionDirectories[0]
        do {
            return CatalogRecogniser(try VendorCatalog.load(directory: directory))
        } catch {
            throw SniffingFailure(error)
        }
    }

    private func openSources(_ captures: InterfaceCaptures?) throws(SniffingFailure) -> [Sniffer.Source] {
        do throws(CaptureError) {
            if let captures { return try captures.openFirst() }
            return try file.map { path throws(CaptureError) in [Sniffer.Source(try CaptureFile(path: path), interface: nil)] } ?? []
        } catch {
            throw SniffingFailure(error)
        }
    }

    private func writeFixture(of file: String, to path: String, _ recogniser: any DHCPRecogniser) async throws(SniffingFailure) {
        do {
            let source = try CaptureFile(path: file)
            var writer = FixtureWriter(linkType: try Sniffer.linkType(of: source), redaction: FixtureRedaction(recogniser))
            var start: Double?
            while case let frames = try await source.nextBatch().frames, let first = frames.first {
                let origin = start ?? first.time
                start = origin
                for frame in frames { writer.add(frame, at: frame.time - origin) }
            }
            try writer.write(to: path)
            report("\(path): \(writer.messages) DHCP messages, redacted. Look through it before you pass it on")
        } catch {
            throw (error as? CaptureError).map(SniffingFailure.init) ?? SniffingFailure(message: "\(error)", exitCode: 71)
        }
    }

    private func summarise(_ file: String, _ recogniser: any DHCPRecogniser) async throws(SniffingFailure) {
        do {
            let summary = try await CaptureSummary(of: try CaptureFile(path: file), recogniser)
            try StandardOutputSink.write("\(summary)\n".utf8)
        } catch {
            throw (error as? CaptureError).map(SniffingFailure.init) ?? SniffingFailure(message: "\(error)", exitCode: 71)
        }
    }

    private func makeDelivery() throws(SniffingFailure) -> ObservationDelivery? {
        guard let socket else { return nil }
        do {
            return try ObservationDelivery(path: socket, report: report)
        } catch {
            throw SniffingFailure(error)
        }
    }

    private func announceReadiness() {
        guard let readyDescriptor else { return }
        let line = Array("ready\n".utf8)
        _ = unsafe line.withUnsafeBytes { unsafe write(readyDescriptor, $0.baseAddress, $0.count) }
        close(readyDescriptor)
    }
}
