// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
public import Provisioning

/// Sends phones NOTIFY requests through the embedded endpoint.
public struct EndpointNotifier: PhoneNotifier {
    private let endpoint: SIPEndpoint

    /// Makes a notifier over an endpoint.
    public init(_ endpoint: SIPEndpoint) { self.endpoint = endpoint }

    public func notify(_ target: NotifyTarget, _ instruction: NotifyInstruction) async -> NotifyResult {
        let notification = SIPNotification(instruction)
        let outcome =
            switch target {
            case .account(let username): await endpoint.notify(account: username, notification)
            case .address(let address):
                await endpoint.notify(address: SIPAddress(host: address.description, port: 5060), notification)
            }
        return switch outcome {
        case .answered(let status, _): .answered(status: status)
        case .timedOut: .noAnswer
        case .notRegistered: .notRegistered
        case .unreachable: .failed("its connection is closed and there is no other way to it; restart the phone by hand")
        case .overloaded: .failed("too many phones are being told at once; try again in a minute")
        }
    }
}

extension SIPNotification {
    /// What an instruction looks like in SIP.
    init(_ instruction: NotifyInstruction) {
        guard !instruction.lines.isEmpty else {
            self.init(event: instruction.event)
            return
        }
        // Phones that read a body take it for the news of a subscription that they have.
        self.init(
            event: instruction.event, subscriptionState: "active", contentType: instruction.contentType,
            body: Array(instruction.lines.map { $0 + "\r\n" }.joined().utf8), callIDMark: NotifyInstruction.callIDMark)
    }
}
