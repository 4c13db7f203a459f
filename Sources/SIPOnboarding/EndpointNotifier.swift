// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
public import Provisioning

/// Sends phones NOTIFY requests through the embedded endpoint.
public struct EndpointNotifier: PhoneNotifier {
    private let endpoint: SIPEndpoint

    /// Makes a notifier over an endpoint.
    public init(_ endpoint: SIPEndpoint) { self.endpoint = endpoint }

    public func notify(_ target: NotifyTarget, event: String) async -> NotifyResult {
        let notification = SIPNotification(event: event)
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
