// SPDX-License-Identifier: GPL-3.0-or-later

public import Logging
import NetTypes
public import ProvModel
public import Provisioning

/// Decides with the use cases of Provisioning what registrations and calls mean.
public struct ProvisioningDecisions: OnboardingDecisions {
    private let accounts: PhoneAccounts
    private let dialling: CodeDialling
    private let features: PhoneFeatures
    private let settings: OnboardingSettings
    private let manner: CallSpeech.Manner
    private let logger: Logger
    private let becameSomebodys: @Sendable (DeviceID) -> Void
    private let changes = ChangedDevices()

    /// Makes decisions over the use cases.
    ///
    /// - Parameters:
    ///   - manner: how phones are spoken to whose configuration does not say it.
    ///   - becameSomebodys: called with a device whose lines changed by a call, when the call is over: it must now fetch its
    ///     new configuration.
    public init(
        accounts: PhoneAccounts, dialling: CodeDialling, features: PhoneFeatures, settings: OnboardingSettings,
        manner: CallSpeech.Manner = .answer, logger: Logger, becameSomebodys: @escaping @Sendable (DeviceID) -> Void
    ) {
        self.accounts = accounts
        self.dialling = dialling
        self.features = features
        self.settings = settings
        self.manner = manner
        self.logger = logger
        self.becameSomebodys = becameSomebodys
    }

    public func account(named username: String) async throws -> SIPAccount? {
        try await accounts.account(username: username).map(SIPAccount.init)
    }

    // MARK: - Calls

    public func dialled(_ call: DialledCall) async -> DialOutcome {
        guard let device = call.device else { return .notHandled }
        let voice = await Voice(dialling.describe(device), settings, manner)
        let source = IPAddress(call.remote.host)
        if settings.emergencyNumbers.contains(call.digits) {
            await features.calledForHelp(call.digits, from: device, source: source)
            return .refused(.notPossible, speech: voice.speech(.emergency))
        }
        if call.digits == settings.accessNumber {
            return .question(CallQuestion(voice.announcement(.enterCode), for: .code, maximumDigits: Self.codeLength))
        }
        guard case .line = call.account.owner else { return await dial(call.digits, device, source, voice, for: call) }
        switch call.digits {
        case settings.loginNumber:
            return .question(CallQuestion(voice.announcement(.enterCode), for: .login, maximumDigits: Self.codeLength))
        case settings.logoutNumber:
            return outcome(of: await features.logout(at: device, source: source), voice, done: .loggedOut, for: call)
        case let digits where settings.resetNumbers.contains(digits):
            guard features.canReset else { return .refused(.notPossible, speech: voice.speech(.trouble)) }
            return .question(CallQuestion(voice.announcement(.enterPIN), for: .resetPIN, maximumDigits: Self.pinLength))
        default:
            return await lines(call.digits, of: call.account.username)
        }
    }

    /// The accounts of a number, as one of the caller's tenant dials it.
    private func lines(_ number: String, of username: String) async -> DialOutcome {
        do {
            let usernames = try await accounts.usernames(of: number, for: username)
            return usernames.isEmpty ? .notHandled : .forward(usernames)
        } catch {
            logger.error("a number could not be looked up", metadata: ["reason": "\(error)"])
            return .refused(.trouble)
        }
    }

    public func entered(_ digits: String, to question: CallQuestion, in call: DialledCall) async -> DialOutcome {
        guard let device = call.device else { return .notHandled }
        let voice = await Voice(dialling.describe(device), settings, manner)
        let source = IPAddress(call.remote.host)
        switch question.purpose {
        case .code:
            guard !digits.isEmpty else { return .refused(.unknownCode, speech: voice.speech(.notConfirmed)) }
            return await dial(digits, device, source, voice, for: call)
        case .assignment(let code), .move(let code):
            guard digits == "1" else { return .refused(.notAllowed, speech: voice.speech(.notConfirmed)) }
            let consent: CodeDialling.Consent = if case .move = question.purpose { .move } else { .assignment }
            return await dial(code, device, source, voice, for: call, consent: consent)
        case .login:
            guard !digits.isEmpty else { return .refused(.unknownCode, speech: voice.speech(.notConfirmed)) }
            return outcome(of: await features.login(digits, at: device, source: source), voice, done: .loggedIn, for: call)
        case .resetPIN:
            return outcome(of: await features.reset(device, pin: digits, source: source), voice, done: .reset, for: call)
        }
    }

    /// The most digits of a code, and of a PIN; fewer end with `#` or by waiting.
    private static let codeLength = 12, pinLength = 16

    private func dial(
        _ code: String, _ device: DeviceID, _ source: IPAddress?, _ voice: Voice, for call: DialledCall, consent: CodeDialling.Consent = .none
    ) async -> DialOutcome {
        switch await dialling.dial(code, from: device, source: source, consent: consent) {
        case .assigned(let line):
            changes.note([device], by: call.id)
            return .accepted(CallAnswer(speech: voice.speech(.assigned, number: line.number)))
        case .moved(let line, let other):
            changes.note([device, other], by: call.id)
            return .accepted(CallAnswer(speech: voice.speech(.assigned, number: line.number)))
        case .asksToAssign(let line):
            return .question(CallQuestion(voice.announcement(.confirm, number: line.number), for: .assignment(code: code), maximumDigits: 1))
        case .asksToMove(let line):
            return .question(
                CallQuestion(voice.announcement(.confirmMove, number: line.number), for: .move(code: code), maximumDigits: 1, otherwise: .usedCode))
        case .unknownCode: return .refused(.unknownCode, speech: voice.speech(.unknownCode))
        case .codeInUse: return .refused(.usedCode, speech: voice.speech(.usedCode))
        case .codeSpent: return .refused(.usedCode, speech: voice.speech(.spentCode))
        case .codeExpired: return .refused(.expiredCode, speech: voice.speech(.expiredCode))
        case .wrongPhone: return .refused(.notAllowed, speech: voice.speech(.wrongPhone))
        case .deviceHasLine: return .refused(.notAllowed, speech: voice.speech(.hasLine))
        case .locked(let seconds): return .refused(.locked(retryAfter: .seconds(seconds)), speech: voice.speech(.locked))
        case .trouble: return .refused(.trouble, speech: voice.speech(.trouble))
        }
    }

    private func outcome(
        of outcome: PhoneFeatures.Outcome, _ voice: Voice, done: Announcement.Sentence, for call: DialledCall
    ) -> DialOutcome {
        switch outcome {
        case .done(let line, let changed):
            changes.note(changed, by: call.id)
            return .accepted(CallAnswer(speech: voice.speech(done, number: line?.number)))
        case .unknownCode: return .refused(.unknownCode, speech: voice.speech(.unknownCode))
        case .wrongPhone: return .refused(.notAllowed, speech: voice.speech(.wrongPhone))
        case .wrongPIN: return .refused(.wrongPIN, speech: voice.speech(.wrongPIN))
        case .locked(let seconds): return .refused(.locked(retryAfter: .seconds(seconds)), speech: voice.speech(.locked))
        case .notPossible: return .refused(.notPossible, speech: voice.speech(.notLoggedIn))
        case .trouble: return .refused(.trouble, speech: voice.speech(.trouble))
        }
    }

    public func callEnded(_ end: CallEnd) async {
        for device in changes.take(by: end.call.id) { becameSomebodys(device) }
    }

    // MARK: - Registrations

    public func registered(_ report: SIPRegistrationReport) async {
        let registration: PhoneAccounts.Registration
        switch report.change {
        case .first: registration = .began
        case .removed, .expired: registration = .ended
        case .refresh: registration = .continued
        }
        if registration == .continued {
            // Most registrations go on, and nobody waits for them: then nothing is looked up.
            guard let device = report.account.device, await accounts.isAwaited(device) else { return }
        }
        do {
            guard let account = try await accounts.account(username: report.account.username) else { return }
            await accounts.registered(
                account, registration, from: IPAddress(report.remote.host), transport: report.transport.rawValue.uppercased())
        } catch {
            logger.error("a registration could not be noted", metadata: ["reason": "\(error)"])
        }
    }

    public func authenticationFailed(_ failure: SIPAuthenticationFailure) async {
        await accounts.authenticationFailed(username: failure.username, from: IPAddress(failure.remote.host))
    }

    public func outgrown(_ bound: RelayBound) async {
        switch bound {
        case .lines(let count, let most):
            logger.error(
                "calls between lines are refused: there are more of them than provd connects; give the lines a PBX", metadata: ["lines": "\(count)", "most": "\(most)"])
        case .calls(let most):
            logger.warning("a call between lines was refused: as many ring as provd connects at the same time", metadata: ["most": "\(most)"])
        }
    }

    public func sighted(_ sighting: SIPSighting) async {
        // What a User-Agent says is noted with the registration, once the phone has shown who it is.
    }
}

/// How one phone is spoken to.
private struct Voice {
    private let words: Announcement.Words
    private let locale: String
    private let manner: CallSpeech.Manner

    init(_ phone: PhoneDescription, _ settings: OnboardingSettings, _ manner: CallSpeech.Manner) {
        words = Announcement.Words(phone)
        locale = phone.locale ?? settings.locale
        self.manner = phone.speech.flatMap(CallSpeech.Manner.init) ?? manner
    }

    func announcement(_ sentence: Announcement.Sentence, number: String? = nil) -> Announcement {
        var words = words
        words.number = number
        return Announcement(sentence, words, locale: locale)
    }

    func speech(_ sentence: Announcement.Sentence, number: String? = nil) -> CallSpeech {
        CallSpeech(announcement(sentence, number: number), manner)
    }
}

extension DialledCall {
    /// The device from which the call comes, if that is known.
    fileprivate var device: DeviceID? { account.device }
}

extension SIPAccount {
    /// The device that the account is on, if that is known.
    fileprivate var device: DeviceID? {
        switch owner {
        case .autoprov(let device): DeviceID(stored: device)
        case .line(_, let device): device.map(DeviceID.init(stored:))
        }
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
