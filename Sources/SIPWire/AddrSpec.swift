// SPDX-License-Identifier: GPL-3.0-or-later

/// A URI as SIP messages hold it: `addr-spec` of RFC 3261 section 25.1.
public enum AddrSpec: Sendable, Hashable, CustomStringConvertible {
    /// A `sip:` or `sips:` URI.
    case sip(SIPURI)
    /// A `tel:` URI (RFC 3966).
    case tel(TelURI)
    /// A URI of any other scheme, which is not looked into.
    case other(scheme: String, rest: String)

    /// Reads a URI that takes all of `text`.
    public init(_ text: String) throws(SIPParseError) {
        try self.init(parsing: Array(text.utf8)[...])
    }

    /// The `sip:` or `sips:` URI, if it is one.
    public var sip: SIPURI? {
        if case .sip(let uri) = self { uri } else { nil }
    }

    /// The URI as it stands in a message.
    public var description: String {
        switch self {
        case .sip(let uri): uri.description
        case .tel(let uri): uri.description
        case .other(let scheme, let rest): scheme + ":" + rest
        }
    }

    init(parsing bytes: ArraySlice<UInt8>) throws(SIPParseError) {
        var scanner = ByteScanner(bytes)
        let scheme = scanner.take {
            SIPGrammar.isAlphanumeric($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
        guard let first = scheme.first, SIPGrammar.isAlpha(first), scanner.take(UInt8(ascii: ":")) else {
            throw SIPParseError(.uri, "Missing Scheme in URI")
        }
        let name = String(decoding: scheme, as: UTF8.self)
        switch asciiLowercased(name) {
        case "sip": self = .sip(try SIPURI(isSecure: false, afterScheme: scanner.rest))
        case "sips": self = .sip(try SIPURI(isSecure: true, afterScheme: scanner.rest))
        case "tel": self = .tel(try TelURI(afterScheme: scanner.rest))
        default:
            guard !scanner.isAtEnd, scanner.rest.allSatisfy(SIPGrammar.isAbsoluteURI) else {
                throw SIPParseError(.uri, "Bad URI")
            }
            self = .other(scheme: name, rest: String(decoding: scanner.rest, as: UTF8.self))
        }
    }
}

/// A `tel:` URI (RFC 3966 section 3).
public struct TelURI: Sendable, Hashable, CustomStringConvertible {
    /// The number as written, with its visual separators.
    public let number: String

    /// The parameters, such as `phone-context`.
    public let parameters: SIPParameters

    /// The number without visual separators: what was dialled.
    public var digits: String {
        number.filter { !"-.()".contains($0) }
    }

    /// The URI as it stands in a message.
    public var description: String { "tel:" + number + parameters.text }

    init(afterScheme bytes: ArraySlice<UInt8>) throws(SIPParseError) {
        var scanner = ByteScanner(bytes)
        let number = scanner.take {
            SIPGrammar.hexValue($0) != nil
                || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "#")]
                    .contains($0)
        }
        guard !number.isEmpty else {
            throw SIPParseError(.uri, "Missing Number in URI")
        }
        self.number = String(decoding: number, as: UTF8.self)
        var parameters: [SIPParameters.Parameter] = []
        while scanner.take(UInt8(ascii: ";")) {
            let run = scanner.take { $0 != UInt8(ascii: ";") }
            guard isEscaped(run, { SIPGrammar.isURIParameter($0) || $0 == UInt8(ascii: "=") }), !run.isEmpty else {
                throw SIPParseError(.uri, "Bad Parameter in URI")
            }
            let equal = run.firstIndex(of: UInt8(ascii: "=")) ?? run.endIndex
            let value = equal < run.endIndex ? String(decoding: run[(equal + 1)...], as: UTF8.self) : nil
            parameters.append(.init(String(decoding: run[..<equal], as: UTF8.self), value))
        }
        self.parameters = SIPParameters(parameters)
        guard scanner.isAtEnd else {
            throw SIPParseError(.uri, "Bad URI")
        }
    }
}
