// SPDX-License-Identifier: GPL-3.0-or-later

extension SIPResponse {
    /// Creates the response to a request (RFC 3261 section 8.2.6).
    ///
    /// Via, From, To, Call-ID and CSeq come from the request as they stand there, but for the
    /// topmost Via, which notes where the request came from.
    ///
    /// - Parameters:
    ///   - headers: the request's header fields, of a broken request too.
    ///   - topVia: the topmost Via with the source noted; `nil` leaves the request's.
    ///   - toTag: the tag to add to a To that has none; `nil` for 100.
    public init(_ statusCode: Int, _ reason: String? = nil, answering headers: SIPHeaders, topVia: Via? = nil, toTag: String?) {
        var fields = SIPHeaders()
        var isTop = true
        for field in headers.all("Via") {
            if isTop, let topVia {
                fields.append("Via", topVia.description)
                // A field can list several values; those after the first follow as they are.
                if let rest = Self.afterFirstValue(field) { fields.append(rest) }
            } else {
                fields.append(SIPHeader("Via", bytes: field.bytes))
            }
            isTop = false
        }
        for name in ["From", "To", "Call-ID", "CSeq"] {
            guard let field = headers.first(name) else { continue }
            if name == "To", let toTag, (try? NameAddr(field))?.tag == nil {
                fields.append(SIPHeader(name, bytes: field.bytes + ";tag=\(toTag)".utf8))
            } else {
                fields.append(SIPHeader(name, bytes: field.bytes))
            }
        }
        if statusCode == 100, let timestamp = headers.first("Timestamp") {
            fields.append(timestamp)
        }
        self.init(statusCode, reason, headers: fields)
    }

    private static func afterFirstValue(_ field: SIPHeader) -> SIPHeader? {
        var scanner = ByteScanner(field.bytes)
        guard (try? Via(scanning: &scanner)) != nil, scanner.takeSeparator(UInt8(ascii: ",")) else { return nil }
        return SIPHeader("Via", bytes: Array(scanner.rest))
    }
}
