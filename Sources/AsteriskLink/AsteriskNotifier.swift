// SPDX-License-Identifier: GPL-3.0-or-later

import AsteriskWire
import NetTypes
public import Provisioning

/// Tells phones through the Asterisk at which they are registered to fetch their configuration.
public struct AsteriskNotifier: PhoneNotifier {
    private let client: AMIClient

    /// Makes a notifier over a connection.
    public init(_ client: AMIClient) { self.client = client }

    public func notify(_ target: NotifyTarget, _ instruction: NotifyInstruction) async -> NotifyResult {
        var headers = [(name: "Event", value: instruction.event)]
        if !instruction.lines.isEmpty {
            headers.append(("Content-Type", instruction.contentType))
            // Asterisk joins the lines (res/res_pjsip_notify.c), and tells nobody with which Call-ID a phone registered.
            for line in instruction.lines { headers.append(("Content", line.replacing(NotifyInstruction.callIDMark, with: ""))) }
        }
        let action: AMIMessage
        switch target {
        case .account(let username):
            // Asterisk says “NOTIFY sent” for an endpoint without a contact too.
            guard await client.isRegistered(username) != false else { return .notRegistered }
            action = .notify(endpoint: username, headers: headers)
        case .address(let address):
            guard await client.isConnected else { return .notRegistered }
            action = .notify(uri: "sip:anonymous@\(address.uriHost)", headers: headers)
        }
        await client.watchRegistrations()
        switch await client.perform(action) {
        case .answered(let response, _):
            if response.isSuccess { return .sent }
            // An endpoint that Asterisk does not have: the account is elsewhere.
            let reason = response["Message"] ?? "no reason was given"
            return reason.hasPrefix("Unable to retrieve endpoint") ? .notRegistered : .failed("Asterisk did not send it: \(reason)")
        case .notConnected, .noAnswer:
            return .failed("Asterisk's manager interface does not answer; provd's log says why")
        case .overloaded: return .failed("too many phones are being told at once; try again in a minute")
        case .unsendable: return .failed("its account's name cannot be sent to Asterisk")
        }
    }
}

extension AMIClient {
    /// Loads what `provctl pbx asterisk generate` wrote: endpoints, then the dialplan.
    ///
    /// - Returns: What Asterisk said against it, or `nil` if it was done.
    public func reloadConfiguration() async -> String? {
        for module in ["res_pjsip.so", "pbx_config.so"] {
            switch await perform(.reload(module: module)) {
            case .answered(let response, _) where response.isSuccess: continue
            case .answered(let response, _): return "Asterisk did not load \(module) anew: \(response["Message"] ?? "no reason was given")"
            case .notConnected, .noAnswer, .overloaded, .unsendable: return "Asterisk's manager interface does not answer; provd's log says why"
            }
        }
        return nil
    }
}
