// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import Logging
public import NetTypes
public import ProvModel
import Synchronization

/// What a dialled code led to.
public enum CodeOutcome: Sendable, Equatable {
    /// The device is now this line's, or was already.
    case assigned(Line)
    /// No line has the code.
    case unknownCode
    /// The code's line is on another device.
    case codeInUse
    /// The device has another line.
    case deviceHasLine
    /// Too many wrong codes: none is heard for so many seconds.
    case locked(seconds: Int)
    /// provd could not look.
    case trouble
}

/// Ties a device to the line whose provisioning code it dialled.
public struct CodeDialling: Sendable {
    private let appliance: Appliance
    private let guardian = Guardian()

    private final class Guardian: Sendable {
        let state = Mutex(CodeGuard())
    }

    /// Makes the use case.
    public init(_ appliance: Appliance) { self.appliance = appliance }

    /// Hears a code.
    ///
    /// Of two devices that dial one code at once one gets the line and the other hears that it is in use.
    ///
    /// - Parameters:
    ///   - code: What was dialled.
    ///   - device: The device that dialled, as its account shows.
    ///   - source: The address from which it spoke.
    public func dial(_ code: String, from device: DeviceID, source: IPAddress?) async -> CodeOutcome {
        let now = appliance.now()
        if let wait = guardian.state.withLock({ $0.lock(device: device, source: source, now: now) }) {
            let outcome = CodeOutcome.locked(seconds: Int(wait.rounded(.up)))
            await note(outcome, device, source)
            return outcome
        }
        let outcome: CodeOutcome
        do {
            // What was noted before must stand before the steps that are written with the assignment.
            await appliance.journal.flush()
            outcome = try await appliance.store.transaction { transaction in
                try Self.decide(code, device, Assignment(now: now), in: transaction)
            }
        } catch {
            appliance.logger.error("a provisioning code could not be looked up", metadata: ["reason": "\(error)"])
            outcome = .trouble
        }
        switch outcome {
        case .assigned:
            // Its events were written with the assignment.
            guardian.state.withLock { $0.right(device: device) }
            return outcome
        case .unknownCode: guardian.state.withLock { $0.wrong(device: device, source: source, now: now) }
        case .codeInUse, .deviceHasLine, .locked, .trouble: break
        }
        await note(outcome, device, source)
        return outcome
    }

    private static func decide(
        _ code: String, _ id: DeviceID, _ assignment: Assignment, in transaction: any StoreTransaction
    ) throws -> CodeOutcome {
        guard ProvisioningCode.isValid(code), let line = try transaction.line(code: code) else { return .unknownCode }
        guard let device = try transaction.device(id) else { return .trouble }
        let isItsOwn = line.device == id
        guard isItsOwn || line.device == nil else { return .codeInUse }
        guard try isItsOwn || transaction.lines(on: id).isEmpty else { return .deviceHasLine }
        let outcome = CodeOutcome.assigned(line)
        try transaction.append([outcome.event(device.id, mac: device.mac, now: assignment.now)])
        if !isItsOwn { try assignment.assign(line, to: device, in: transaction) }
        return outcome
    }

    private func note(_ outcome: CodeOutcome, _ device: DeviceID, _ source: IPAddress?) async {
        if outcome != .trouble, outcome.isRefusal {
            appliance.securityLog.warning("Provisioning code refused to \(source?.description ?? "-"): \(device)")
        }
        let mac = try? await appliance.store.device(device)?.mac
        await appliance.journal.note(outcome.event(device, mac: mac, now: appliance.now()))
    }
}

extension CodeOutcome {
    fileprivate var isRefusal: Bool {
        if case .assigned = self { false } else { true }
    }

    /// The step as the timeline shows it. Codes open lines, so that no log says which one was dialled.
    fileprivate func event(_ device: DeviceID, mac: MACAddress?, now: Double) -> TimelineEvent {
        TimelineEvent(
            device: device, mac: mac, time: now, step: .dialled, outcome: timelineOutcome,
            text: "dialled a provisioning code: \(words)")
    }

    fileprivate var timelineOutcome: TimelineEvent.Outcome {
        switch self {
        case .assigned: .done
        case .unknownCode, .codeInUse, .deviceHasLine, .locked: .refused
        case .trouble: .failed
        }
    }

    /// The outcome in words, for the timeline.
    public var words: String {
        switch self {
        case .assigned(let line): "it is the line of \(line.displayName), number \(line.number)"
        case .unknownCode: "no line has this code; look it up with “provctl line list” and dial again"
        case .codeInUse: "its line is on another phone; reset that phone first"
        case .deviceHasLine: "this phone has a line already; reset it first"
        case .locked(let seconds): "too many wrong codes; wait \(seconds) seconds"
        case .trouble: "provd could not look it up; its log says why"
        }
    }
}
