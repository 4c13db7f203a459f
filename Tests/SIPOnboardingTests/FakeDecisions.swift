// SPDX-License-Identifier: GPL-3.0-or-later

import SIPOnboarding

/// Use cases that know one account and note what they are told.
final class FakeDecisions: OnboardingDecisions {
    enum Event: Sendable, Equatable {
        case registered(SIPRegistrationReport.Change, SIPTransport)
        case dialled(String)
        case entered(String)
        case ended(CallEnd.Reason)
        case failed(SIPAuthenticationFailure.Reason)
    }

    let events: AsyncStream<Event>
    private let note: AsyncStream<Event>.Continuation

    init() {
        (events, note) = AsyncStream.makeStream()
    }

    func account(named username: String) async -> SIPAccount? {
        username.hasPrefix("ap") ? SIPAccount(username: username, password: "s3cret", owner: .autoprov(deviceID: username)) : nil
    }

    func dialled(_ call: DialledCall) async -> DialOutcome {
        note.yield(.dialled(call.digits))
        return switch call.digits {
        case "1234": .accepted(CallAnswer(hangUpAfter: .milliseconds(200)))
        case "5678": .accepted(CallAnswer(speech: CallSpeech(Self.welcome)))
        case "5679": .refused(.locked(retryAfter: .seconds(9)), speech: CallSpeech(Announcement(.locked, locale: "de_DE"), .early))
        case "99": .question(CallQuestion(Announcement(.enterCode), for: .code, maximumDigits: 4))
        default: .refused(.unknownCode)
        }
    }

    static let welcome = Announcement(.assigned, .init(vendor: "Yealink", model: "T46S", mac: "bb01", number: "101"), locale: "fr_CA")

    func entered(_ digits: String, to question: CallQuestion, in call: DialledCall) async -> DialOutcome {
        note.yield(.entered(digits))
        return .accepted(CallAnswer(speech: CallSpeech(Self.welcome)))
    }

    func registered(_ report: SIPRegistrationReport) async {
        note.yield(.registered(report.change, report.transport))
    }

    func callEnded(_ end: CallEnd) async {
        note.yield(.ended(end.reason))
    }

    func authenticationFailed(_ failure: SIPAuthenticationFailure) async {
        note.yield(.failed(failure.reason))
    }

    func sighted(_ sighting: SIPSighting) async {}

    func outgrown(_ bound: RelayBound) async {}
}
