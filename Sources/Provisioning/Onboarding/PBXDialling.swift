// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
public import NetTypes
public import ProvModel

/// What phones dial at a PBX that asks provd what it means.
public struct PBXDialling: Sendable {
    /// The phone that dialled, as the PBX knows it.
    public struct Caller: Sendable, Hashable {
        /// The account with which it is registered at the PBX, proved by its password. It tells phones behind one address apart.
        public var account: String?
        /// The address from which it spoke to the PBX.
        public var address: IPAddress?

        /// Makes a caller.
        public init(account: String? = nil, address: IPAddress? = nil) {
            self.account = account
            self.address = address
        }
    }

    /// What became of it.
    public enum Outcome: Sendable, Equatable {
        /// A code was heard.
        case code(CodeOutcome)
        /// The phone has no line any more.
        case reset
        /// The phone is for a while that of somebody who logged in.
        case loggedIn(Line)
        /// The phone has its own lines again.
        case loggedOut
        /// Nobody is logged in who could log out.
        case notLoggedIn
        /// The PIN for a reset is wrong, or none is configured.
        case wrongPIN
        /// Too many wrong PINs.
        case locked(seconds: Int)
        /// The PBX names no account of ours, and no device that could be meant has the address.
        case unknownDevice
        /// Several devices have the address, and the account is none of ours.
        case severalDevices
        /// provd could not look.
        case trouble
    }

    /// What became of what was dialled, and for whom.
    public struct Answer: Sendable, Equatable {
        /// What became of it.
        public let outcome: Outcome
        /// The phone, if it is known.
        public let device: DeviceID?
        /// The devices that have a new configuration to fetch.
        public let changed: Set<DeviceID>

        init(_ outcome: Outcome, _ device: DeviceID? = nil, changed: Set<DeviceID> = []) {
            self.outcome = outcome
            self.device = device
            self.changed = changed
        }
    }

    /// What a PBX asks callers for.
    public enum Prompt: String, Sendable, CaseIterable {
        /// A provisioning code.
        case enterCode = "enter_code"
        /// The PIN of a reset.
        case enterPIN = "enter_pin"
    }

    /// The word that stands for a code and resets the phone, as the dialplans of Wazo send it.
    public static let resetWord = "autoprov"

    private let appliance: Appliance
    private let dialling: CodeDialling
    private let features: PhoneFeatures

    /// Makes the use case.
    public init(_ appliance: Appliance, dialling: CodeDialling, features: PhoneFeatures) {
        self.appliance = appliance
        self.dialling = dialling
        self.features = features
    }

    /// Hears what was dialled.
    ///
    /// - Parameters:
    ///   - dialled: A provisioning code, or ``resetWord``.
    ///   - caller: The phone.
    ///   - pin: The PIN that came with a reset; `nil` if the PBX has asked for one itself.
    ///   - consent: To what the caller has agreed.
    public func dial(
        _ dialled: String, from caller: Caller, pin: String? = nil, consent: CodeDialling.Consent = .none
    ) async -> Answer {
        let wantsReset = dialled == Self.resetWord
        return await act(caller, withoutLine: !wantsReset) { device in
            guard !wantsReset else { return await reset(device, caller, pin) }
            let outcome = await dialling.dial(dialled, from: device, source: caller.address, consent: consent)
            switch outcome {
            case .assigned: return Answer(.code(outcome), device, changed: [device])
            case .moved(_, let other): return Answer(.code(outcome), device, changed: [device, other])
            case .asksToAssign, .asksToMove, .unknownCode, .codeInUse, .codeSpent, .codeExpired, .wrongPhone, .deviceHasLine, .locked, .trouble:
                return Answer(.code(outcome), device)
            }
        }
    }

    /// Gives the phone the line of somebody who works at it for a while.
    public func login(_ code: String, from caller: Caller) async -> Answer {
        await act(caller) { device in
            answer(to: device, await features.login(code, at: device, source: caller.address)) { $0.map(Outcome.loggedIn) ?? .trouble }
        }
    }

    /// Gives the phone its own lines back.
    public func logout(from caller: Caller) async -> Answer {
        await act(caller) { device in
            answer(to: device, await features.logout(at: device, source: caller.address)) { _ in .loggedOut }
        }
    }

    /// The phone from which somebody speaks, if it is known.
    public func device(of caller: Caller) async -> DeviceID? {
        if case .one(let device)? = try? await find(caller, withoutLine: false) { device } else { nil }
    }

    /// Does something for the phone from which somebody speaks.
    private func act(_ caller: Caller, withoutLine: Bool = false, _ body: (DeviceID) async -> Answer) async -> Answer {
        do {
            switch try await find(caller, withoutLine: withoutLine) {
            case .one(let device): return await body(device)
            case .none: return Answer(refused(.unknownDevice, caller))
            case .several: return Answer(refused(.severalDevices, caller))
            }
        } catch {
            appliance.logger.error("the phone that dialled at the PBX could not be looked up", metadata: ["reason": "\(error)"])
            return Answer(.trouble)
        }
    }

    private func reset(_ device: DeviceID, _ caller: Caller, _ pin: String?) async -> Answer {
        let outcome =
            if let pin { await features.reset(device, pin: pin, source: caller.address) } else { await features.reset(device, source: caller.address) }
        return answer(to: device, outcome) { _ in .reset }
    }

    private func answer(to device: DeviceID, _ outcome: PhoneFeatures.Outcome, done: (Line?) -> Outcome) -> Answer {
        switch outcome {
        case .done(let line, let changed): Answer(done(line), device, changed: changed)
        case .unknownCode: Answer(.code(.unknownCode), device)
        case .wrongPhone: Answer(.code(.wrongPhone), device)
        case .wrongPIN: Answer(.wrongPIN, device)
        case .locked(let seconds): Answer(.locked(seconds: seconds), device)
        case .notPossible: Answer(.notLoggedIn, device)
        case .trouble: Answer(.trouble, device)
        }
    }

    private enum Found {
        case one(DeviceID)
        case none
        case several
    }

    /// The device of the account; else, if the account is none of ours, the only device that has the address.
    private func find(_ caller: Caller, withoutLine: Bool) async throws -> Found {
        if let username = caller.account, let account = try await PhoneAccounts(appliance).account(username: username) {
            return account.device.map(Found.one) ?? .none
        }
        guard let address = caller.address else { return .none }
        var devices = try await appliance.store.devices(where: .ip(address)).map(\.id)
        if withoutLine {
            let taken = Set(try await appliance.store.lines(on: devices).compactMap(\.device))
            devices.removeAll(where: taken.contains)
        }
        return devices.count > 1 ? .several : devices.first.map(Found.one) ?? .none
    }

    private func refused(_ outcome: Outcome, _ caller: Caller) -> Outcome {
        appliance.securityLog.warning("Provisioning code refused to \(caller.address?.description ?? "-"): no device is known by it")
        return outcome
    }
}

extension PBXDialling.Outcome {
    /// The outcome in one word, which dialplans can compare.
    public var reason: String {
        switch self {
        case .code(.assigned): "assigned"
        case .code(.moved): "moved"
        case .code(.asksToAssign): "confirm"
        case .code(.asksToMove): "confirm_move"
        case .code(.unknownCode): "unknown_code"
        case .code(.codeInUse): "code_in_use"
        case .code(.codeSpent): "code_spent"
        case .code(.codeExpired): "code_expired"
        case .code(.wrongPhone): "wrong_phone"
        case .code(.deviceHasLine): "device_has_line"
        case .code(.locked), .locked: "locked"
        case .code(.trouble), .trouble: "trouble"
        case .reset: "reset"
        case .loggedIn: "logged_in"
        case .loggedOut: "logged_out"
        case .notLoggedIn: "not_logged_in"
        case .wrongPIN: "wrong_pin"
        case .unknownDevice: "unknown_device"
        case .severalDevices: "several_devices"
        }
    }

    /// Whether it was done.
    public var isSuccess: Bool {
        switch self {
        case .code(.assigned), .code(.moved), .reset, .loggedIn, .loggedOut: true
        default: false
        }
    }

    /// The line that the phone has now, or would have if the caller agreed.
    public var line: Line? {
        switch self {
        case .code(.assigned(let line)), .code(.moved(let line, _)), .code(.asksToAssign(let line)), .code(.asksToMove(let line)), .loggedIn(let line): line
        default: nil
        }
    }
}
