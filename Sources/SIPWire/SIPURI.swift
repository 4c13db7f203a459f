// SPDX-License-Identifier: GPL-3.0-or-later

/// A `sip:` or `sips:` URI (RFC 3261 section 19.1).
///
/// User, password and parameters keep their `%` escapes as written: escaping is part of a
/// URI's identity. ``userText`` gives the user as a person would type it.
public struct SIPURI: Sendable, Hashable, CustomStringConvertible {
    /// Whether the scheme is `sips`.
    public var isSecure: Bool

    /// The user part with its escapes; `nil` without one.
    public var user: String?

    /// The password with its escapes; `nil` without one.
    public var password: String?

    /// A domain name, an IPv4 address, or an IPv6 address in brackets.
    public var host: String

    /// The port; `nil` if the scheme's own is meant.
    public var port: UInt16?

    /// The URI's own parameters, such as `transport` and `lr`.
    public var parameters: SIPParameters

    /// The `?name=value&…` part with its escapes, without the question mark; `nil` without one.
    public var headers: String?

    /// Creates a URI from its parts, which must be escaped already.
    public init(
        isSecure: Bool = false, user: String? = nil, password: String? = nil, host: String, port: UInt16? = nil,
        parameters: SIPParameters = SIPParameters(), headers: String? = nil
    ) {
        self.isSecure = isSecure
        self.user = user
        self.password = password
        self.host = host
        self.port = port
        self.parameters = parameters
        self.headers = headers
    }

    /// The user part with its escapes undone: the dialled digits, the account's name.
    public var userText: String? {
        user.map { String(decoding: percentDecoded($0.utf8), as: UTF8.self) }
    }

    /// The URI as it stands in a message.
    public var description: String {
        var text = isSecure ? "sips:" : "sip:"
        if let user {
            text += user
            if let password { text += ":" + password }
            text += "@"
        }
        text += host
        if let port { text += ":\(port)" }
        text += parameters.text
        if let headers { text += "?" + headers }
        return text
    }

    /// Whether both URIs mean the same resource (RFC 3261 section 19.1.4).
    public func isEquivalent(to other: SIPURI) -> Bool {
        guard isSecure == other.isSecure, port == other.port, equalIgnoringASCIICase(host, other.host),
            Self.component(user) == Self.component(other.user),
            Self.component(password) == Self.component(other.password),
            headers.map(asciiLowercased(_:)) == other.headers.map(asciiLowercased(_:))
        else { return false }
        // These four never match by absence; all others must agree only where both have them.
        for name in ["user", "ttl", "method", "maddr", "transport"] where parameters.contains(name) != other.parameters.contains(name) {
            return false
        }
        for parameter in parameters.list where other.parameters.contains(parameter.name) {
            guard let theirs = other.parameters[parameter.name], let ours = parameter.value else {
                if parameter.value != other.parameters[parameter.name] { return false }
                continue
            }
            if !equalIgnoringASCIICase(ours, theirs) { return false }
        }
        return true
    }

    private static func component(_ text: String?) -> [UInt8]? {
        text.map { percentDecoded($0.utf8) }
    }

    /// Reads the part of a URI that follows `sip:` or `sips:`.
    init(isSecure: Bool, afterScheme bytes: ArraySlice<UInt8>) throws(SIPParseError) {
        self.isSecure = isSecure
        var hostPart = bytes
        if let at = bytes.firstIndex(of: UInt8(ascii: "@")) {
            let userInfo = bytes[..<at]
            hostPart = bytes[(at + 1)...]
            let colon = userInfo.firstIndex(of: UInt8(ascii: ":")) ?? userInfo.endIndex
            let name = userInfo[..<colon]
            guard !name.isEmpty, isEscaped(name, SIPGrammar.isUser) else {
                throw SIPParseError(.uri, "Bad User in URI")
            }
            user = String(decoding: name, as: UTF8.self)
            if colon < userInfo.endIndex {
                let secret = userInfo[(colon + 1)...]
                guard isEscaped(secret, SIPGrammar.isPassword) else {
                    throw SIPParseError(.uri, "Bad Password in URI")
                }
                password = String(decoding: secret, as: UTF8.self)
            }
        }
        var scanner = ByteScanner(hostPart)
        (host, port) = try scanHostPort(&scanner)
        var parameters: [SIPParameters.Parameter] = []
        while scanner.take(UInt8(ascii: ";")) {
            let run = scanner.take { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "?") }
            let equal = run.firstIndex(of: UInt8(ascii: "=")) ?? run.endIndex
            let name = run[..<equal]
            let value = equal < run.endIndex ? run[(equal + 1)...] : nil
            guard !name.isEmpty, isEscaped(name, SIPGrammar.isURIParameter),
                value.map({ isEscaped($0, SIPGrammar.isURIParameter) }) ?? true
            else {
                throw SIPParseError(.uri, "Bad Parameter in URI")
            }
            guard parameters.count < SIPParameters.maximumCount else {
                throw SIPParseError(.uri, "Too Many Parameters in URI")
            }
            parameters.append(.init(String(decoding: name, as: UTF8.self), value.map { String(decoding: $0, as: UTF8.self) }))
        }
        self.parameters = SIPParameters(parameters)
        if scanner.take(UInt8(ascii: "?")) {
            let text = scanner.take { _ in true }
            guard !text.isEmpty, isEscaped(text, { SIPGrammar.isURIHeader($0) || $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "&") })
            else {
                throw SIPParseError(.uri, "Bad Header in URI")
            }
            headers = String(decoding: text, as: UTF8.self)
        }
        guard scanner.isAtEnd else {
            throw SIPParseError(.uri, "Unexpected Character in URI")
        }
    }
}

/// Whether all bytes are allowed by `matches` or part of a `%` escape with two hex digits.
func isEscaped(_ bytes: ArraySlice<UInt8>, _ matches: (UInt8) -> Bool) -> Bool {
    var rest = bytes
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "%") {
            guard let high = rest.popFirst(), let low = rest.popFirst(), SIPGrammar.hexValue(high) != nil, SIPGrammar.hexValue(low) != nil
            else { return false }
        } else if !matches(byte) {
            return false
        }
    }
    return true
}

/// Undoes `%` escapes; a `%` without two hex digits stands for itself.
func percentDecoded(_ text: some Sequence<UInt8>) -> [UInt8] {
    var rest = Array(text)[...]
    var decoded: [UInt8] = []
    while let byte = rest.popFirst() {
        let digits = rest.prefix(2)
        if byte == UInt8(ascii: "%"), digits.count == 2, let first = digits.first, let last = digits.last,
            let high = SIPGrammar.hexValue(first), let low = SIPGrammar.hexValue(last)
        {
            decoded.append(high << 4 | low)
            rest.removeFirst(2)
        } else {
            decoded.append(byte)
        }
    }
    return decoded
}

/// Reads `host [ ":" port ]`. White space around the colon is allowed, as in `sent-by`.
func scanHostPort(_ scanner: inout ByteScanner) throws(SIPParseError) -> (host: String, port: UInt16?) {
    let host: String
    if scanner.take(UInt8(ascii: "[")) {
        let address = scanner.take { SIPGrammar.hexValue($0) != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
        guard !address.isEmpty, address.contains(UInt8(ascii: ":")), scanner.take(UInt8(ascii: "]")) else {
            throw SIPParseError(.uri, "Bad IPv6 Address")
        }
        host = "[" + String(decoding: address, as: UTF8.self) + "]"
    } else {
        // Underscores are no part of host names, and yet in the names of real hosts.
        let name = scanner.take {
            SIPGrammar.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
        }
        guard !name.isEmpty else {
            throw SIPParseError(.uri, "Missing Host")
        }
        host = String(decoding: name, as: UTF8.self)
    }
    guard scanner.takeSeparator(UInt8(ascii: ":")) else {
        return (host, nil)
    }
    guard let port = scanner.takeNumber(UInt16.self) else {
        throw SIPParseError(.uri, "Bad Port")
    }
    return (host, port)
}
