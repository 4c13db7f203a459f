// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

/// What a proxy that is trusted says of the sender of a request.
struct PeerTestimony: Sendable, Hashable {
    /// The account, whose password the proxy has checked; `nil` if the sender is to prove itself here.
    let username: String?
    /// The phone, as the proxy sees it.
    let phone: SIPAddress?
    /// The way back through the proxy (Path, RFC 3327).
    let path: [SIPHeader]
}

/// Requests of phones that are registered at a proxy which is trusted (RFC 3325).
///
/// The proxy has checked the phone's password, and names its account in P-Asserted-Identity. It must take away what a phone itself wrote
/// there. It is believed by its address, and only over a connection: the source of a datagram can be forged by anybody in the network.
/// With a REGISTER it tells of a registration at itself, whose Contact is the way back through it; or it passes on that of a phone whose
/// password it does not know, with the way back in Path.
extension SIPServer {
    /// What a trusted peer says of the sender of a request, or `nil` if it comes from nobody who is trusted.
    func testimony(_ context: RequestContext) -> PeerTestimony? {
        guard context.flow.isReliable, configuration.trustedPeers.contains(context.flow.remote.host) else { return nil }
        let headers = context.request.headers
        // Of two identities one may be a tel URI (section 9.1); accounts are SIP URIs.
        let users = headers.all("P-Asserted-Identity").flatMap { (try? NameAddr.list($0)) ?? [] }.compactMap { $0.uri.sip?.userText }
        let username = users.count == 1 ? users.first.flatMap { $0.isEmpty ? nil : $0 } : nil
        return PeerTestimony(username: username, phone: Self.phone(behind: context), path: headers.all("Path"))
    }

    /// Where the request came to the proxy from: the proxy notes it in the Via below its own (RFC 3261 section 18.2.1, RFC 3581).
    private static func phone(behind context: RequestContext) -> SIPAddress? {
        guard let via = context.fields.vias.dropFirst().first else { return nil }
        let host = via.parameters["received"] ?? plainHost(via.host)
        return SIPAddress(host: host, port: via.parameters["rport"].flatMap(UInt16.init) ?? via.port ?? 5060)
    }
}

extension SIPServer.PendingRequest {
    /// Where the phone is: the sender of the request, or whom a trusted proxy names.
    var phone: SIPAddress { testimony?.phone ?? flow.remote }
}
