// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire
public import Telemetry

/// What the SIP endpoint counts.
public struct SIPMetrics: MetricSource {
    /// A request's method, or that it was another one.
    enum Method: String, MetricKey {
        case register, invite, ack, bye, cancel, options, notify, info, subscribe, other

        init(_ method: SIPMethod) {
            self =
                switch method {
                case .register: .register
                case .invite: .invite
                case .ack: .ack
                case .bye: .bye
                case .cancel: .cancel
                case .options: .options
                case .notify: .notify
                case .info: .info
                case .subscribe: .subscribe
                default: .other
                }
        }

        var labels: [MetricLabel] { [MetricLabel("method", rawValue.uppercased())] }
    }

    /// The first digit of a response's status.
    enum StatusClass: UInt8, MetricKey {
        case provisional = 1, success, redirection, requestFailure, serverFailure, globalFailure

        /// The class of a message that is sent, if it is a response: `SIP/2.0 200 OK`.
        init?(ofSent bytes: [UInt8]) {
            let start = "SIP/2.0 ".utf8
            guard bytes.count > start.count, bytes.starts(with: start) else { return nil }
            self.init(rawValue: bytes[start.count] &- UInt8(ascii: "0"))
        }

        var labels: [MetricLabel] { [MetricLabel("class", "\(rawValue)xx")] }
    }

    /// How a registration changed.
    enum Change: String, MetricKey {
        case first, refresh, removed, expired

        init(_ change: SIPRegistrationReport.Change) {
            self =
                switch change {
                case .first: .first
                case .refresh: .refresh
                case .removed: .removed
                case .expired: .expired
                }
        }

        var labels: [MetricLabel] { [MetricLabel("change", rawValue)] }
    }

    /// What became of a dialled number.
    enum Dialling: String, MetricKey {
        case accepted, question, forwarded, notHandled = "not_handled"
        case unknownCode = "unknown_code", usedCode = "used_code", expiredCode = "expired_code", notAllowed = "not_allowed", wrongPIN = "wrong_pin"
        case notPossible = "not_possible", locked, trouble

        init(_ outcome: DialOutcome) {
            self =
                switch outcome {
                case .accepted: .accepted
                case .question: .question
                case .forward: .forwarded
                case .notHandled: .notHandled
                case .refused(let refusal, _):
                    switch refusal {
                    case .unknownCode: .unknownCode
                    case .usedCode: .usedCode
                    case .expiredCode: .expiredCode
                    case .notAllowed: .notAllowed
                    case .wrongPIN: .wrongPIN
                    case .notPossible: .notPossible
                    case .locked: .locked
                    case .trouble: .trouble
                    }
                }
        }

        var labels: [MetricLabel] { [MetricLabel("outcome", rawValue)] }
    }

    /// Why credentials were refused.
    enum Refusal: String, MetricKey {
        case unknownAccount = "unknown_account", wrongPassword = "wrong_password", otherAccount = "other_account"

        init(_ reason: SIPAuthenticationFailure.Reason) {
            self =
                switch reason {
                case .unknownAccount: .unknownAccount
                case .wrongPassword: .wrongPassword
                case .otherAccount: .otherAccount
                }
        }

        var labels: [MetricLabel] { [MetricLabel("reason", rawValue)] }
    }

    /// What became of a NOTIFY that somebody asked for.
    enum Notification: String, MetricKey {
        case accepted, refused, timeout, notRegistered = "not_registered", unreachable, overloaded

        init(_ outcome: NotifyOutcome) {
            self =
                switch outcome {
                case .answered(let statusCode, _): statusCode < 300 ? .accepted : .refused
                case .timedOut: .timeout
                case .notRegistered: .notRegistered
                case .unreachable: .unreachable
                case .overloaded: .overloaded
                }
        }

        var labels: [MetricLabel] { [MetricLabel("outcome", rawValue)] }
    }

    let requests = LabelledCounters<Method>(), malformed = Counter()
    let responses = LabelledCounters<StatusClass>()
    let registrations = LabelledCounters<Change>()
    let dialled = LabelledCounters<Dialling>()
    let refusals = LabelledCounters<Refusal>()
    let notifications = LabelledCounters<Notification>()

    /// Makes everything at zero.
    public init() {}

    public var families: [MetricFamily] {
        [
            .counter("provd_sip_requests_received_total", "SIP requests that were received, copies too.", requests),
            .counter("provd_sip_messages_malformed_total", "Messages to the SIP ports that were none.", malformed),
            .counter("provd_sip_responses_sent_total", "SIP responses that were sent, copies too.", responses),
            .counter("provd_sip_registrations_total", "Changes of registrations.", registrations),
            .counter("provd_sip_dialled_total", "Numbers that phones dialled at provd, by what became of them.", dialled),
            .counter("provd_sip_authentication_failures_total", "Credentials that were refused.", refusals),
            .counter("provd_sip_notifications_total", "Requests to phones to fetch their configuration over SIP, by what became of them.", notifications),
        ]
    }
}

extension SIPEndpoint: MetricSource {
    /// What the endpoint counts, and what it has under way.
    public var families: [MetricFamily] {
        get async {
            let now = await load
            return metrics.families + [
                .gauge(
                    "provd_sip_transactions_active", "SIP transactions that are under way.",
                    [.init(Double(now.serverTransactions), [MetricLabel("side", "server")]), .init(Double(now.clientTransactions), [MetricLabel("side", "client")])]),
                .gauge("provd_sip_registered_accounts", "Accounts that are registered.", Double(now.accounts)),
                .gauge("provd_sip_calls_active", "Calls that are up, and calls between lines that are passed on.", Double(now.calls)),
                .gauge("provd_sip_connections", "TCP and TLS connections to the SIP ports.", Double(now.connections)),
                .gauge("provd_sip_jobs_waiting", "Questions of SIP that the use cases have not answered yet.", Double(now.jobs)),
            ]
        }
    }
}
