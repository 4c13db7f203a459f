// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import Logging
public import NetTypes
import PhonePlugins
public import ProvModel

/// What a dialled code led to.
public enum CodeOutcome: Sendable, Equatable {
    /// The device is now this line's, or was already.
    case assigned(Line)
    /// The device is now this line's, and the other is so no longer.
    case moved(Line, from: DeviceID)
    /// The code is good; the caller is to confirm that the device shall be this line's.
    case asksToAssign(Line)
    /// The code is good, but its line is on another device; the caller is to confirm that it moves.
    case asksToMove(Line)
    /// No line has the code.
    case unknownCode
    /// The code's line is on another device.
    case codeInUse
    /// The code made a phone somebody's before, and is good for that once only.
    case codeSpent
    /// The code is older than codes may be.
    case codeExpired
    /// The code is good, but not for this device: it is of another tenant, or cannot have such a line.
    case wrongPhone
    /// The device has another line.
    case deviceHasLine
    /// Too many wrong codes: none is heard for so many seconds.
    case locked(seconds: Int)
    /// provd could not look.
    case trouble
}

/// Ties a device to the line whose provisioning code it dialled.
public struct CodeDialling: Sendable {
    /// To what the caller has agreed.
    public enum Consent: Sendable {
        /// To nothing yet.
        case none
        /// That the device becomes the line's.
        case assignment
        /// That the line leaves the device on which it is.
        case move
    }

    let appliance: Appliance
    private let settings: OnboardingSettings
    /// Makes the use case.
    public init(_ appliance: Appliance, settings: OnboardingSettings = OnboardingSettings()) {
        self.appliance = appliance
        self.settings = settings
    }

    /// Hears a code.
    ///
    /// Of two devices that dial one code at once one gets the line and the other is asked whether it shall move.
    ///
    /// - Parameters:
    ///   - code: What was dialled.
    ///   - device: The device that dialled, as its account shows.
    ///   - source: The address from which it spoke.
    ///   - consent: To what the caller has agreed.
    public func dial(_ code: String, from device: DeviceID, source: IPAddress?, consent: Consent = .none) async -> CodeOutcome {
        let now = appliance.now()
        if let wait = appliance.codeGuard.access({ $0.begin(device: device, source: source, now: now) }) {
            let outcome = CodeOutcome.locked(seconds: Int(wait.rounded(.up)))
            await note(outcome, device, source)
            return outcome
        }
        defer { appliance.codeGuard.access { $0.end(device: device) } }
        let outcome: CodeOutcome, settings = settings, rules = appliance.settings.codes, catalog = appliance.plugins.catalog
        do {
            // What was noted before must stand before the steps that are written with the assignment.
            await appliance.journal.flush()
            outcome = try await appliance.store.transaction { transaction in
                try Self.decide(code, device, consent, settings, rules, catalog, Assignment(now: now), in: transaction)
            }
        } catch {
            appliance.logger.error("a provisioning code could not be looked up", metadata: ["reason": "\(error)"])
            outcome = .trouble
        }
        switch outcome {
        case .assigned, .moved:
            // Its events were written with the assignment.
            await appliance.codeWasRight(device: device)
            return outcome
        case .unknownCode: await appliance.codeWasWrong(device: device, source: source, now: now)
        case .asksToAssign, .asksToMove: return outcome
        case .codeInUse, .codeSpent, .codeExpired, .wrongPhone, .deviceHasLine, .locked, .trouble: break
        }
        await note(outcome, device, source)
        return outcome
    }

    private static func decide(
        _ code: String, _ id: DeviceID, _ consent: Consent, _ settings: OnboardingSettings, _ rules: CodeRules, _ catalog: PluginCatalog,
        _ assignment: Assignment, in transaction: any StoreTransaction
    ) throws -> CodeOutcome {
        guard ProvisioningCode.isValid(code), var line = try transaction.line(code: code) else { return .unknownCode }
        guard let device = try transaction.device(id) else { return .trouble }
        let isItsOwn = line.device == id
        if !isItsOwn {
            if rules.isExpired(line, now: assignment.now) { return .codeExpired }
            guard try canHave(line, device, catalog, in: transaction) else { return .wrongPhone }
            guard try transaction.lines(on: id).isEmpty else { return .deviceHasLine }
            if rules.isSpent(line) { return .codeSpent }
        }
        let other = isItsOwn ? nil : line.device
        if other != nil, consent != .move { return settings.movesLines ? .asksToMove(line) : .codeInUse }
        if !isItsOwn, settings.asksForConfirmation, consent == .none { return .asksToAssign(line) }
        let outcome = other.map { CodeOutcome.moved(line, from: $0) } ?? .assigned(line)
        try transaction.append([outcome.event(device.id, mac: device.mac, now: assignment.now)])
        if let other = try other.flatMap(transaction.device) { try assignment.take(line, from: other, in: transaction) }
        if !isItsOwn {
            line.codeUsed = assignment.now
            try assignment.assign(line, to: device, in: transaction)
        }
        return outcome
    }

    /// Whether a device can be a line's: not if it is another tenant's already, nor if its model is known to have no SIP line.
    static func canHave(
        _ line: Line, _ device: Device, _ catalog: PluginCatalog, in transaction: any StoreTransaction
    ) throws -> Bool {
        // A new phone is of the tenant by which it came, at the top of the tree; its line's tenant is that or one below.
        if let tenant = device.tenant, tenant != line.tenant, try !transaction.tenants().isTenant(line.tenant, inTreeOf: tenant) {
            guard try transaction.setting(FirstStart.tenantSetting) == tenant.description else { return false }
        }
        let model = device.plugin.flatMap { catalog[$0] }?.manifest.models.first { $0.name == device.model }
        return model?.lines != 0 && model?.signalling != .sccp
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
        switch self {
        case .assigned, .moved, .asksToAssign, .asksToMove: false
        case .unknownCode, .codeInUse, .codeSpent, .codeExpired, .wrongPhone, .deviceHasLine, .locked, .trouble: true
        }
    }

    /// The step as the timeline shows it. Codes open lines, so that no log says which one was dialled.
    fileprivate func event(_ device: DeviceID, mac: MACAddress?, now: Double) -> TimelineEvent {
        TimelineEvent(
            device: device, mac: mac, time: now, step: .dialled, outcome: timelineOutcome,
            text: "dialled a provisioning code: \(words)")
    }

    fileprivate var timelineOutcome: TimelineEvent.Outcome {
        switch self {
        case .assigned, .moved, .asksToAssign, .asksToMove: .done
        case .unknownCode, .codeInUse, .codeSpent, .codeExpired, .wrongPhone, .deviceHasLine, .locked: .refused
        case .trouble: .failed
        }
    }

    /// The outcome in words, for the timeline.
    public var words: String {
        switch self {
        case .assigned(let line): "it is the line of \(line.displayName), number \(line.number)"
        case .moved(let line, _): "the line of \(line.displayName), number \(line.number), came to it from another phone"
        case .asksToAssign(let line), .asksToMove(let line): "it asks to be the phone of \(line.displayName), number \(line.number)"
        case .unknownCode: "no line has this code; look it up with “provctl line list” and dial again"
        case .codeInUse: "its line is on another phone; reset that phone first"
        case .codeSpent: "it was used already, and is good for once; give its line another with “provctl line code”"
        case .codeExpired: "it is too old; give its line another with “provctl line code”"
        case .wrongPhone: "it is for no phone of this kind or tenant"
        case .deviceHasLine: "this phone has a line already; reset it first"
        case .locked(let seconds): "too many wrong codes; wait \(seconds) seconds, or “provctl line unlock”"
        case .trouble: "provd could not look it up; its log says why"
        }
    }
}
