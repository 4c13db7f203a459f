// SPDX-License-Identifier: GPL-3.0-or-later

/// The header fields that every request has, read (RFC 3261 section 8.1.1).
public struct SIPRequestFields: Sendable, Hashable {
    /// All Via values, the topmost first; at least one.
    public let vias: [Via]

    /// The topmost Via value: who sent the request.
    public let topVia: Via

    /// From, which names the caller.
    public let from: NameAddr

    /// To, which names the callee. It has a tag inside a dialog.
    public let to: NameAddr

    /// Call-ID, compared byte by byte.
    public let callID: String

    /// CSeq, whose method is the request's.
    public let cseq: CSeq

    /// Max-Forwards, 70 if it is missing as in requests of RFC 2543.
    public let maxForwards: UInt8

    /// Contact.
    public let contacts: ContactList
}

extension SIPRequest {
    /// Reads the header fields that every request must have, and Contact.
    ///
    /// - Throws: ``SIPParseError`` with the status code and reason to answer.
    public func validated() throws(SIPParseError) -> SIPRequestFields {
        do throws(SIPParseError) {
            let vias = try Via.list(headers)
            guard let topVia = vias.first else {
                throw SIPParseError(.missingHeader, "Missing Via")
            }
            let from = try address("From")
            let to = try address("To")
            let callIDBytes = try single("Call-ID").bytes
            guard !callIDBytes.isEmpty, callIDBytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw SIPParseError(.headerValue, "Bad Call-ID")
            }
            let cseq = try CSeq(try single("CSeq"))
            guard cseq.method == method else {
                throw SIPParseError(.methodMismatch, "CSeq Method Does Not Match Request Method")
            }
            return SIPRequestFields(
                vias: vias, topVia: topVia, from: from, to: to, callID: String(decoding: callIDBytes, as: UTF8.self), cseq: cseq,
                maxForwards: try maxForwards(), contacts: try ContactList(headers))
        } catch {
            throw SIPParseError(error.code, error.reason, headers: headers.first("Via") == nil || method == .ack ? nil : headers)
        }
    }

    private func single(_ name: String) throws(SIPParseError) -> SIPHeader {
        let fields = headers.all(name)
        guard let field = fields.first else {
            throw SIPParseError(.missingHeader, "Missing \(name)")
        }
        guard fields.count == 1 else {
            throw SIPParseError(.repeatedHeader, "Repeated \(name)")
        }
        return field
    }

    private func address(_ name: String) throws(SIPParseError) -> NameAddr {
        let field = try single(name)
        do throws(SIPParseError) {
            return try NameAddr(field)
        } catch {
            throw SIPParseError(error.code, "Bad \(name): \(error.reason)")
        }
    }

    private func maxForwards() throws(SIPParseError) -> UInt8 {
        guard headers.first("Max-Forwards") != nil else { return 70 }
        var scanner = ByteScanner(try single("Max-Forwards").bytes)
        guard let number = scanner.takeNumber(UInt8.self), scanner.isAtEnd else {
            throw SIPParseError(.headerValue, "Bad Max-Forwards")
        }
        return number
    }
}

extension SIPResponse {
    /// The topmost Via and CSeq, by which a response finds its transaction (RFC 3261 section 17.1.3).
    ///
    /// - Throws: ``SIPParseError``; a response that has them wrong is dropped.
    public func transactionFields() throws(SIPParseError) -> (topVia: Via, cseq: CSeq) {
        guard let topVia = try Via.list(headers).first else {
            throw SIPParseError(.missingHeader, "Missing Via")
        }
        let fields = headers.all("CSeq")
        guard fields.count == 1, let field = fields.first else {
            throw SIPParseError(fields.isEmpty ? .missingHeader : .repeatedHeader, "Not One CSeq")
        }
        return (topVia, try CSeq(field))
    }
}
