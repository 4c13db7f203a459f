// SPDX-License-Identifier: GPL-3.0-or-later

/// A request or a response.
public enum SIPMessage: Sendable, Hashable {
    case request(SIPRequest)
    case response(SIPResponse)

    /// The message's header fields.
    public var headers: SIPHeaders {
        switch self {
        case .request(let request): request.headers
        case .response(let response): response.headers
        }
    }

    /// The message's body.
    public var body: [UInt8] {
        switch self {
        case .request(let request): request.body
        case .response(let response): response.body
        }
    }

    /// The message as it goes over the wire.
    public var encoded: [UInt8] {
        switch self {
        case .request(let request): request.encoded
        case .response(let response): response.encoded
        }
    }
}

/// A SIP request (RFC 3261 section 7.1).
public struct SIPRequest: Sendable, Hashable {
    /// The method.
    public var method: SIPMethod

    /// The Request-URI.
    public var uri: AddrSpec

    /// The header fields.
    public var headers: SIPHeaders

    /// The body, empty without one.
    public var body: [UInt8]

    /// Creates a request.
    public init(_ method: SIPMethod, _ uri: AddrSpec, headers: SIPHeaders = SIPHeaders(), body: [UInt8] = []) {
        self.method = method
        self.uri = uri
        self.headers = headers
        self.body = body
    }

    /// The request as it goes over the wire, Content-Length written from the body.
    public var encoded: [UInt8] {
        encode(startLine: "\(method) \(uri) SIP/2.0", headers, body)
    }
}

/// A SIP response (RFC 3261 section 7.2).
public struct SIPResponse: Sendable, Hashable {
    /// The status code, 100 to 699.
    public var statusCode: Int

    /// The reason phrase, which may be empty.
    public var reason: String

    /// The header fields.
    public var headers: SIPHeaders

    /// The body, empty without one.
    public var body: [UInt8]

    /// Creates a response. Line ends in the reason become spaces.
    public init(_ statusCode: Int, _ reason: String? = nil, headers: SIPHeaders = SIPHeaders(), body: [UInt8] = []) {
        self.statusCode = statusCode
        self.reason = SIPHeader("", reason ?? Self.standardReason(statusCode)).value
        self.headers = headers
        self.body = body
    }

    /// The response as it goes over the wire, Content-Length written from the body.
    public var encoded: [UInt8] {
        encode(startLine: "SIP/2.0 \(statusCode) \(reason)", headers, body)
    }
}

private func encode(startLine: String, _ headers: SIPHeaders, _ body: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(512 + body.count)
    bytes += startLine.utf8
    bytes += [0x0D, 0x0A]
    for field in headers.fields where field.key != "content-length" {
        bytes += field.name.utf8
        bytes += [UInt8(ascii: ":"), 0x20]
        bytes += field.bytes
        bytes += [0x0D, 0x0A]
    }
    bytes += "Content-Length: \(body.count)\r\n\r\n".utf8
    bytes += body
    return bytes
}
