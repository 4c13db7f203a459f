// SPDX-License-Identifier: GPL-3.0-or-later

/// What makes requests and responses belong to one transaction (RFC 3261 section 17.1.3 and 17.2.3).
public struct TransactionKey: Sendable, Hashable {
    private let text: String
    private let method: SIPMethod

    /// The key under which a server finds the transaction of a request. An ACK has that of its INVITE.
    ///
    /// A branch with the magic cookie names the transaction, together with the sender. Without
    /// it the fields that RFC 2543 used are compared, the To tag left out: the first request
    /// has none, and its ACK has the one that the server chose.
    public init(server request: SIPRequest, _ fields: SIPRequestFields) {
        self.init(server: request, fields, method: request.method == .ack ? .invite : request.method)
    }

    /// The key of the INVITE that a CANCEL is for (RFC 3261 section 9.2).
    public init(cancelledBy request: SIPRequest, _ fields: SIPRequestFields) {
        self.init(server: request, fields, method: .invite)
    }

    private init(server request: SIPRequest, _ fields: SIPRequestFields, method: SIPMethod) {
        self.method = method
        if let branch = fields.topVia.transactionBranch {
            let port = fields.topVia.port.map { ":\($0)" } ?? ""
            text = branch + " " + asciiLowercased(fields.topVia.host) + port
        } else {
            text = "\(request.uri) \(fields.callID) \(fields.cseq.number) \(fields.from.tag ?? "") \(fields.topVia)"
        }
    }

    /// The key of a client transaction, by the branch that this side chose and the method.
    public init(clientBranch branch: String, method: SIPMethod) {
        text = branch
        self.method = method
    }
}
