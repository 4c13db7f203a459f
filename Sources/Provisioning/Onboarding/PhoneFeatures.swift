// SPDX-License-Identifier: GPL-3.0-or-later

import Crypto
import JSONText
import Logging
public import NetTypes
public import ProvModel

/// What people do to a phone from the phone itself: log in and out, reset it, call for help.
public struct PhoneFeatures: Sendable {
    /// What became of a wish.
    public enum Outcome: Sendable, Equatable {
        /// It was done; these devices have a new configuration to fetch.
        case done(Line?, changed: Set<DeviceID>)
        /// No line has the code.
        case unknownCode
        /// The code is good, but not for this phone: it is of another tenant, or cannot have such a line.
        case wrongPhone
        /// The PIN is wrong.
        case wrongPIN
        /// Too many wrong codes or PINs: none is heard for so many seconds.
        case locked(seconds: Int)
        /// Nobody is logged in, or the phone has no line.
        case notPossible
        /// provd could not look.
        case trouble
    }

    private let appliance: Appliance
    private let settings: OnboardingSettings

    /// Makes the use case.
    public init(_ appliance: Appliance, settings: OnboardingSettings) {
        self.appliance = appliance
        self.settings = settings
    }

    // MARK: - Logging in and out

    /// Gives a phone the line of somebody who works at it for a while. The phone's own lines wait until the log-out, and so
    /// does the phone from which the line comes. The phone stays its tenant's, and takes lines of that and those below alone.
    public func login(_ code: String, at id: DeviceID, source: IPAddress?) async -> Outcome {
        let rules = appliance.settings.codes, catalog = appliance.plugins.catalog
        return await guarded(id, source, "logged in with a code") { transaction, now in
            guard ProvisioningCode.isValid(code), let line = try transaction.line(code: code) else { return .unknownCode }
            guard let device = try transaction.device(id) else { return .trouble }
            guard line.device != id else { return .done(line, changed: []) }
            // A code that is good for once made a phone its owner's, and opens no other.
            guard !rules.isSpent(line), !rules.isExpired(line, now: now) else { return .unknownCode }
            guard try CodeDialling.canHave(line, device, catalog, in: transaction) else { return .wrongPhone }
            var changed: Set<DeviceID> = [id]
            if let other = line.device {
                try Self.leave(other, line, now: now, in: transaction)
                changed.insert(other)
            }
            let own = try transaction.lines(on: id)
            // Whoever logs in over somebody else's login waits for the same default lines.
            if try HotDesk.hasGuest(id, in: transaction) {
                for guest in own { try Self.goHome(guest, now: now, in: transaction) }
            } else {
                try HotDesk.begin(on: id, own: own, in: transaction)
            }
            for var waiting in try transaction.lines(on: id) {
                waiting.device = nil
                try transaction.save(waiting)
            }
            guard let free = try transaction.line(line.id) else { return .trouble }
            try Assignment(now: now).lend(device, to: free, in: transaction)
            return .done(line, changed: changed)
        }
    }

    /// Takes the line of somebody who logged in off a phone, and gives the phone its own lines back.
    public func logout(at id: DeviceID, source: IPAddress?) async -> Outcome {
        await guarded(id, source, "logged out") { transaction, now in
            guard try HotDesk.hasGuest(id, in: transaction), let device = try transaction.device(id) else { return .notPossible }
            var changed: Set<DeviceID> = [id]
            for guest in try transaction.lines(on: id) {
                if let home = try Self.goHome(guest, now: now, in: transaction) { changed.insert(home) }
            }
            try Assignment(now: now).settle(device, in: transaction)
            return .done(nil, changed: changed)
        }
    }

    /// A line leaves a device for a log-in elsewhere.
    private static func leave(_ id: DeviceID, _ line: Line, now: Double, in transaction: any StoreTransaction) throws {
        var line = line
        line.device = nil
        try transaction.save(line)
        guard let device = try transaction.device(id) else { return }
        let assignment = Assignment(now: now)
        try assignment.noteLoss(of: line, device, in: transaction)
        // Who was a guest there has its own phone elsewhere, or none.
        if try !HotDesk.hasGuest(id, in: transaction) { try HotDesk.leave(id, line.id, in: transaction) }
        try assignment.settle(device, in: transaction)
    }

    /// A line's owner logged out: the line goes back to the device from which it came, if that has no other by now.
    @discardableResult
    private static func goHome(_ line: Line, now: Double, in transaction: any StoreTransaction) throws -> DeviceID? {
        var line = line
        line.device = nil
        try transaction.save(line)
        guard let device = try HotDesk.takeHome(of: line.id, in: transaction) else { return nil }
        try Assignment(now: now).lend(device, to: line, in: transaction)
        return device.id
    }

    // MARK: - Resetting

    /// Whether phones can reset themselves.
    public var canReset: Bool { settings.resetPIN != nil }

    /// Takes all lines off a phone, if the PIN is right.
    public func reset(_ id: DeviceID, pin: String, source: IPAddress?) async -> Outcome {
        let expected = settings.resetPIN
        return await guarded(id, source, "was reset from the phone") { transaction, now in
            guard let expected, Self.areEqual(pin, expected) else { return .wrongPIN }
            guard let device = try transaction.device(id) else { return .trouble }
            try Assignment(now: now).release(device, in: transaction)
            return .done(nil, changed: [id])
        }
    }

    /// Compares digests, which takes the same time wherever they differ.
    private static func areEqual(_ left: String, _ right: String) -> Bool {
        SHA256.hash(data: Array(left.utf8)) == SHA256.hash(data: Array(right.utf8))
    }

    /// Takes all lines off a phone whose caller has shown its right to do so to a PBX.
    public func reset(_ id: DeviceID, source: IPAddress?) async -> Outcome {
        await guarded(id, source, "was reset through the PBX") { transaction, now in
            guard let device = try transaction.device(id) else { return .trouble }
            try Assignment(now: now).release(device, in: transaction)
            return .done(nil, changed: [id])
        }
    }

    // MARK: - Emergencies

    /// Notes that somebody called for help from a phone that cannot reach it.
    public func calledForHelp(_ number: String, from id: DeviceID, source: IPAddress?) async {
        appliance.securityLog.critical(
            "emergency number \(number) was dialled and cannot be reached from here", metadata: ["device": "\(id)", "ip": "\(source?.description ?? "-")"])
        await note(id, .failed, "dialled the emergency number \(number), which provd cannot reach; see that nobody needs help there")
    }

    // MARK: - What all have in common

    private func guarded(
        _ id: DeviceID, _ source: IPAddress?, _ text: String, _ change: @escaping @Sendable (any StoreTransaction, Double) throws -> Outcome
    ) async -> Outcome {
        let now = appliance.now()
        if let wait = appliance.codeGuard.access({ $0.begin(device: id, source: source, now: now) }) {
            await note(id, .refused, "too many wrong codes or PINs; wait \(Int(wait.rounded(.up))) seconds")
            return .locked(seconds: Int(wait.rounded(.up)))
        }
        defer { appliance.codeGuard.access { $0.end(device: id) } }
        let outcome: Outcome
        do {
            await appliance.journal.flush()
            outcome = try await appliance.store.transaction { try change($0, now) }
        } catch {
            appliance.logger.error("a wish of a phone could not be done", metadata: ["reason": "\(error)", "device": "\(id)"])
            outcome = .trouble
        }
        switch outcome {
        case .done:
            await appliance.codeWasRight(device: id)
            await note(id, .done, text)
        case .unknownCode, .wrongPIN:
            await appliance.codeWasWrong(device: id, source: source, now: now)
            appliance.securityLog.warning("Code or PIN refused to \(source?.description ?? "-"): \(id)")
            await note(id, .refused, "a wrong code or PIN was entered")
        case .wrongPhone:
            appliance.securityLog.warning("Code refused to \(source?.description ?? "-"): \(id)")
            await note(id, .refused, "a code was entered that is for no phone of this kind or tenant")
        case .locked, .notPossible:
            break
        case .trouble:
            await note(id, .failed, "a wish of its caller could not be done; provd's log says why")
        }
        return outcome
    }

    private func note(_ id: DeviceID, _ outcome: TimelineEvent.Outcome, _ text: String) async {
        let mac = try? await appliance.store.device(id)?.mac
        await appliance.journal.note(TimelineEvent(device: id, mac: mac, time: appliance.now(), step: .dialled, outcome: outcome, text: text))
    }
}
