// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import PacketCapture
import Synchronization

/// Opens a capture on each wanted interface that is there, also on those that come later or come back.
///
/// Interfaces are looked for once a second: a cable, a VLAN or a tunnel is added by hand, and the first message of a phone
/// behind it is repeated within seconds.
final class InterfaceCaptures: Sendable {
    /// How often to look for interfaces.
    static let interval: Duration = .seconds(1)

    /// Captures that come after the first ones.
    let later: AsyncStream<Sniffer.Source>
    private let continuation: AsyncStream<Sniffer.Source>.Continuation
    private let wanted: Set<String>
    private let report: @Sendable (String) -> Void
    private let roster = Mutex(InterfaceRoster())

    /// Makes it without any capture.
    ///
    /// - Parameter wanted: The interfaces to capture on; empty means all that are fit.
    init(wanted: [String], report: @escaping @Sendable (String) -> Void) {
        self.wanted = Set(wanted)
        self.report = report
        (later, continuation) = AsyncStream.makeStream()
    }

    /// Opens the captures to begin with.
    ///
    /// - Throws: `CaptureError` if a named interface is not there or cannot be captured on, or if none of those that are
    ///   there can.
    func openFirst() throws(CaptureError) -> [Sniffer.Source] {
        let names = wanted.isEmpty ? try NetworkInterfaces.capturable() : wanted.sorted()
        if names.isEmpty { report("no Ethernet interface is up yet: waiting for one, or name one with --interface") }
        var sources: [Sniffer.Source] = []
        for name in names {
            sources.append(try open(name))
            roster.withLock { _ = $0.missing(of: [name]) }
        }
        return sources
    }

    /// Notes that a capture has ended, so that its interface is captured on again when it is back.
    func ended(_ source: Sniffer.Source) {
        guard let name = source.interface else { return }
        roster.withLock { $0.ended(name) }
    }

    /// Looks for interfaces until the task is cancelled.
    func run() async {
        while (try? await Task.sleep(for: Self.interval)) != nil {
            // A list that cannot be read now can be read in a second.
            guard let names = try? NetworkInterfaces.capturable(alsoPorts: wanted) else { continue }
            let fit = wanted.isEmpty ? names : names.filter(wanted.contains)
            for name in roster.withLock({ $0.missing(of: fit) }) { add(name) }
        }
        continuation.finish()
    }

    private func add(_ name: String) {
        do {
            let source = try open(name)
            report("listening on \(name), which has come up")
            continuation.yield(source)
        } catch {
            let isNews = roster.withLock { $0.failed(name) }
            if isNews { report("\(error)") }
        }
    }

    private func open(_ name: String) throws(CaptureError) -> Sniffer.Source {
        Sniffer.Source(try LiveCapture(interface: name, filter: Sniffer.filter(linkType:)), interface: name)
    }
}

/// Which interfaces are captured on. A pure value.
struct InterfaceRoster {
    private var active: Set<String> = []
    private var failing: Set<String> = []

    /// Which of the interfaces that are there are not captured on yet; they are from now on.
    mutating func missing(of present: [String]) -> [String] {
        failing.formIntersection(present)
        return present.filter { active.insert($0).inserted }
    }

    /// The capture on an interface has ended.
    mutating func ended(_ name: String) { active.remove(name) }

    /// No capture could be opened on an interface, which is tried again.
    ///
    /// - Returns: Whether that is new: it is told once, and again after the interface was gone.
    mutating func failed(_ name: String) -> Bool {
        active.remove(name)
        return failing.insert(name).inserted
    }
}
