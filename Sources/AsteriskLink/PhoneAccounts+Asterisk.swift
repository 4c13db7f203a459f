// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import NetTypes
public import Provisioning

extension PhoneAccounts {
    /// Notes what Asterisk tells of a registration on the timeline of the account's device.
    public func registered(_ change: AMIClient.RegistrationChange) async {
        guard let account = try? await account(username: change.endpoint) else { return }
        let registration: Registration =
            switch change.kind {
            case .began: .began
            case .continued: .continued
            case .ended: .ended
            }
        let (host, transport) = Self.place(change.uri)
        await registered(account, registration, from: host.flatMap { IPAddress($0) }, transport: transport, at: "Asterisk")
    }

    /// The host and the transport of a contact's URI, as `sip:101@10.77.0.11:5062;transport=TCP`.
    static func place(_ uri: String) -> (host: String?, transport: String) {
        let parts = uri.split(separator: ";").map(String.init)
        let transport = parts.dropFirst().first { $0.lowercased().hasPrefix("transport=") }?.dropFirst("transport=".count).uppercased() ?? "UDP"
        guard let first = parts.first?.drop(while: { $0 != ":" }).dropFirst() else { return (nil, transport) }
        let whole = first.lastIndex(of: "@").map { first[$0...].dropFirst() } ?? first
        if whole.hasPrefix("["), let end = whole.firstIndex(of: "]") { return (String(whole[..<end].dropFirst()), transport) }
        return (whole.split(separator: ":").first.map(String.init), transport)
    }
}
