// SPDX-License-Identifier: GPL-3.0-or-later

public import Logging
import NetTypes
public import ProvModel
public import Provisioning

/// Decides with the use cases of Provisioning what registrations and calls mean.
public struct ProvisioningDecisions: OnboardingDecisions {
    private let accounts: PhoneAccounts
    private let dialling: CodeDialling
    private let logger: Logger
    private let becameSomebodys: @Sendable (DeviceID) -> Void

    /// Makes decisions over the use cases.
    ///
    /// - Parameter becameSomebodys: Called with a device that was given a line, when its call is over: it must now
    ///   fetch its new configuration.
    public init(
        accounts: PhoneAccounts, dialling: CodeDialling, logger: Logger, becameSomebodys: @escaping @Sendable (DeviceID) -> Void
    ) {
        self.accounts = accounts
        self.dialling = dialling
        self.logger = logger
        self.becameSomebodys = becameSomebodys
    }

    public func account(named username: String) async throws -> SIPAccount? {
        try await accounts.account(username: username).map(SIPAccount.init)
    }

    public func dialled(_ call: DialledCall) async -> DialOutcome {
        guard case .autoprov(let device) = call.account.owner else { return .notHandled }
        let outcome = await dialling.dial(call.digits, from: DeviceID(stored: device), source: IPAddress(call.remote.host))
        return switch outcome {
        case .assigned: .accepted(CallAnswer(prompt: "assigned"))
        case .unknownCode: .refused(.unknownCode)
        case .codeInUse: .refused(.usedCode)
        case .deviceHasLine: .refused(.notAllowed)
        case .locked(let seconds): .refused(.locked(retryAfter: .seconds(seconds)))
        case .trouble: .refused(.trouble)
        }
    }

    public func registered(_ report: SIPRegistrationReport) async {
        let registration: PhoneAccounts.Registration
        switch report.change {
        case .first: registration = .began
        case .removed, .expired: registration = .ended
        case .refresh: return
        }
        do {
            guard let account = try await accounts.account(username: report.account.username) else { return }
            await accounts.registered(
                account, registration, from: IPAddress(report.remote.host), transport: report.transport.rawValue.uppercased())
        } catch {
            logger.error("a registration could not be noted", metadata: ["reason": "\(error)"])
        }
    }

    public func callEnded(_ end: CallEnd) async {
        guard case .autoprov(let device) = end.call.account.owner else { return }
        becameSomebodys(DeviceID(stored: device))
    }

    public func authenticationFailed(_ failure: SIPAuthenticationFailure) async {
        await accounts.authenticationFailed(username: failure.username, from: IPAddress(failure.remote.host))
    }

    public func sighted(_ sighting: SIPSighting) async {
        // What a User-Agent says is noted with the registration, once the phone has shown who it is.
    }
}

extension SIPAccount {
    init(_ account: PhoneAccount) {
        switch account {
        case .autoprov(let autoprov):
            self.init(
                username: autoprov.username, password: autoprov.password, owner: .autoprov(deviceID: autoprov.device.description))
        case .line(let line):
            self.init(
                username: line.username, password: line.password,
                owner: .line(lineID: line.id.description, deviceID: line.device?.description))
        }
    }
}
