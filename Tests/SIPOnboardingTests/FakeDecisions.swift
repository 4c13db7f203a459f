// SPDX-License-Identifier: GPL-3.0-or-later

import SIPOnboarding

/// Use cases that know one account and note what they are told.
final class FakeDecisions: OnboardingDecisions {
    enum Event: Sendable, Equatable {
        case registered(SIPRegistrationReport.Change, SIPTransport)
        case dialled(String)
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
        return call.digits == "1234" ? .accepted(CallAnswer(prompt: "welcome", hangUpAfter: .milliseconds(200))) : .refused(.unknownCode)
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
}
