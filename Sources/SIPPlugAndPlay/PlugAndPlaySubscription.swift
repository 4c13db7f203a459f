// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import Provisioning
import SIPWire

/// A phone's question by multicast: SUBSCRIBE for the event `ua-profile` (RFC 6080, 5.1, in the form that phones use).
///
///     SUBSCRIBE sip:MAC%3a0015650ABB01@224.0.1.75 SIP/2.0
///     Event: ua-profile;profile-type="device";vendor="Yealink";model="SIP-T46S";version="66.86.0.15"
struct PlugAndPlaySubscription: Sendable {
    /// The longest text kept of what a phone names.
    private static let maximumTextLength = 64

    let request: SIPRequest
    let fields: SIPRequestFields
    let phone: PlugAndPlayRequest
    /// Where it came from, to which answers go: never to an address that the request only names.
    let source: PlugAndPlayPeer

    /// Reads a datagram.
    ///
    /// - Returns: `nil` if it is anything but such a question: others speak SIP by multicast as well.
    init?(datagram: [UInt8], from source: PlugAndPlayPeer) {
        guard case .request(let request)? = try? SIPMessage(datagram: datagram), request.method == .subscribe,
            let fields = try? request.validated(), let event = request.headers["Event"]
        else { return nil }
        let parts = Self.parameters(event)
        guard parts.name == "ua-profile", let user = request.uri.sip?.userText ?? fields.to.uri.sip?.userText,
            let mac = Self.mac(user)
        else { return nil }
        self.request = request
        self.fields = fields
        self.source = source
        var phone = PlugAndPlayRequest(mac: mac, address: source.address)
        phone.vendor = parts.values["vendor"]
        phone.model = parts.values["model"]
        phone.version = parts.values["version"]
        phone.userAgent = request.headers["User-Agent"].map { String($0.prefix(255)) }
        self.phone = phone
    }

    /// The address in `MAC:0015650ABB01` or `0015650abb01`.
    private static func mac(_ user: String) -> MACAddress? {
        let text = user.lowercased().hasPrefix("mac:") ? String(user.dropFirst(4)) : user
        guard let mac = MACAddress(text), !mac.isMulticast else { return nil }
        return mac
    }

    /// The event's name and its parameters, whose values may stand in quotes.
    static func parameters(_ text: String) -> (name: String, values: [String: String]) {
        var parts: [String] = [""]
        var isQuoted = false
        for character in text.prefix(1024) {
            switch character {
            case "\"": isQuoted.toggle()
            case ";" where !isQuoted: parts.append("")
            default: parts[parts.count - 1].append(character)
            }
        }
        var values: [String: String] = [:]
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, !pair[1].isEmpty else { continue }
            values[trimmed(pair[0]).lowercased()] = String(trimmed(pair[1]).prefix(maximumTextLength))
        }
        return (trimmed(parts[0][...]).lowercased(), values)
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}

/// An IPv4 address and UDP port.
struct PlugAndPlayPeer: Sendable, Hashable {
    var address: IPv4Address
    var port: UInt16
}
