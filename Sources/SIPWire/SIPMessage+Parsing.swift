// SPDX-License-Identifier: GPL-3.0-or-later

extension SIPMessage {
    /// Reads the message of a datagram.
    ///
    /// Bytes beyond Content-Length are ignored, and a message without Content-Length goes to
    /// the datagram's end (RFC 3261 section 18.3). Header field values are kept unread but for
    /// Content-Length; ``SIPRequest/validated()`` reads those that every request must have.
    ///
    /// - Throws: ``SIPParseError``. Its `headers` are set if a request can be answered.
    public init(datagram bytes: [UInt8], limits: SIPLimits = .standard) throws(SIPParseError) {
        let message = bytes[...].drop { $0 == 0x0D || $0 == 0x0A }
        guard !message.isEmpty else {
            throw SIPParseError(.empty, "Empty Message")
        }
        let section = try SIPHeaderSection(message, limits: limits)
        let available = message.endIndex - section.end
        let length: Int
        do throws(SIPParseError) {
            length = try Self.contentLength(section.headers) ?? available
            guard length <= available else {
                throw SIPParseError(.contentLength, "Body Shorter Than Content-Length")
            }
            guard length <= limits.bodyBytes else {
                throw SIPParseError(.bodyTooLarge, "Body Too Large")
            }
        } catch {
            throw Self.answerable(error, section)
        }
        try self.init(section, body: Array(message[section.end..<(section.end + length)]))
    }

    /// Reads the start line and joins the parts of a message.
    init(_ section: SIPHeaderSection, body: [UInt8]) throws(SIPParseError) {
        do throws(SIPParseError) {
            if section.startLine.starts(with: "SIP/".utf8) {
                let (statusCode, reason) = try Self.statusLine(section.startLine)
                self = .response(SIPResponse(statusCode, reason, headers: section.headers, body: body))
            } else {
                let (method, uri) = try Self.requestLine(section.startLine)
                self = .request(SIPRequest(method, uri, headers: section.headers, body: body))
            }
            if let fault = section.fault { throw fault }
        } catch {
            throw Self.answerable(error, section)
        }
    }

    /// The error with the header fields that an answer needs, unless the message is a response.
    static func answerable(_ error: SIPParseError, _ section: SIPHeaderSection) -> SIPParseError {
        guard !section.startLine.starts(with: "SIP/".utf8), !section.startLine.starts(with: "ACK ".utf8),
            section.headers.first("Via") != nil
        else { return SIPParseError(error.code, error.reason) }
        return SIPParseError(error.code, error.reason, headers: section.headers)
    }

    /// The value of Content-Length; `nil` without the header field.
    static func contentLength(_ headers: SIPHeaders) throws(SIPParseError) -> Int? {
        var length: Int?
        for field in headers.all("Content-Length") {
            var scanner = ByteScanner(field.bytes)
            guard let number = scanner.takeNumber(Int.self), scanner.isAtEnd else {
                throw SIPParseError(.contentLength, "Bad Content-Length")
            }
            guard length == nil else {
                throw SIPParseError(.repeatedHeader, "Repeated Content-Length")
            }
            length = number
        }
        return length
    }

    /// Reads `Method SP Request-URI SP SIP-Version`, with exactly one space at each place.
    private static func requestLine(_ line: ArraySlice<UInt8>) throws(SIPParseError) -> (SIPMethod, AddrSpec) {
        let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 3, let method = parts.first, let last = parts.last, !method.isEmpty, method.allSatisfy(SIPGrammar.isToken) else {
            throw SIPParseError(.startLine, "Bad Request-Line")
        }
        try checkVersion(last)
        let uri: AddrSpec
        do throws(SIPParseError) {
            uri = try AddrSpec(parsing: parts[1])
        } catch {
            throw SIPParseError(.uri, "Bad Request-URI: " + error.reason)
        }
        // A Request-URI holds no headers: RFC 3261 section 19.1.1, table 1.
        if uri.sip?.headers != nil {
            throw SIPParseError(.uri, "Bad Request-URI: Headers Not Allowed")
        }
        return (SIPMethod(rawValue: String(decoding: method, as: UTF8.self)), uri)
    }

    /// Reads `SIP-Version SP Status-Code SP Reason-Phrase`; the phrase can be empty.
    private static func statusLine(_ line: ArraySlice<UInt8>) throws(SIPParseError) -> (Int, String) {
        let parts = line.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, let version = parts.first else {
            throw SIPParseError(.startLine, "Bad Status-Line")
        }
        try checkVersion(version)
        var scanner = ByteScanner(parts[1])
        guard parts[1].count == 3, let code = scanner.takeNumber(Int.self), (100...699).contains(code) else {
            throw SIPParseError(.startLine, "Bad Status Code")
        }
        return (code, parts.count == 3 ? String(decoding: parts[2], as: UTF8.self) : "")
    }

    private static func checkVersion(_ text: ArraySlice<UInt8>) throws(SIPParseError) {
        let version = String(decoding: text, as: UTF8.self)
        if equalIgnoringASCIICase(version, "SIP/2.0") { return }
        guard equalIgnoringASCIICase(version.prefix(4), "SIP/"),
            version.dropFirst(4).utf8.allSatisfy({ SIPGrammar.isDigit($0) || $0 == UInt8(ascii: ".") })
        else {
            throw SIPParseError(.startLine, "Bad Request-Line")
        }
        throw SIPParseError(.version, "Version Not Supported")
    }
}
