// SPDX-License-Identifier: GPL-3.0-or-later

/// An address in From, To, Contact, Route or Record-Route: display name, URI, parameters
/// (RFC 3261 section 20.10).
public struct NameAddr: Sendable, Hashable, CustomStringConvertible {
    /// The display name without quotes; `nil` without one.
    public var displayName: String?

    /// The URI.
    public var uri: AddrSpec

    /// The header field's parameters, such as `tag` and `expires`.
    public var parameters: SIPParameters

    /// Creates an address.
    public init(displayName: String? = nil, uri: AddrSpec, parameters: SIPParameters = SIPParameters()) {
        self.displayName = displayName
        self.uri = uri
        self.parameters = parameters
    }

    /// Reads one address that takes all of a header field.
    public init(_ header: SIPHeader) throws(SIPParseError) {
        var scanner = ByteScanner(header.bytes)
        try self.init(scanning: &scanner)
        scanner.skipSpace()
        guard scanner.isAtEnd else {
            throw SIPParseError(.headerValue, "Unexpected Text in \(header.name)")
        }
    }

    /// Reads a comma-separated list of addresses that takes all of a header field.
    public static func list(_ header: SIPHeader) throws(SIPParseError) -> [NameAddr] {
        var scanner = ByteScanner(header.bytes)
        var list: [NameAddr] = []
        repeat {
            list.append(try NameAddr(scanning: &scanner))
        } while scanner.takeSeparator(UInt8(ascii: ","))
        scanner.skipSpace()
        guard scanner.isAtEnd else {
            throw SIPParseError(.headerValue, "Unexpected Text in \(header.name)")
        }
        return list
    }

    /// The `tag` parameter of From and To.
    public var tag: String? { parameters["tag"] }

    /// The address as it stands in a message, the URI always in angle brackets.
    public var description: String {
        let name = displayName.map { quotedString($0) + " " } ?? ""
        return name + "<" + uri.description + ">" + parameters.text
    }

    init(scanning scanner: inout ByteScanner) throws(SIPParseError) {
        scanner.skipSpace()
        if scanner.peek == UInt8(ascii: "\"") {
            guard let name = scanner.takeQuotedString() else {
                throw SIPParseError(.headerValue, "Unbalanced Quotes")
            }
            displayName = name
            scanner.skipSpace()
        } else if let name = Self.takeUnquotedName(&scanner) {
            displayName = name.isEmpty ? nil : name
        }
        if scanner.take(UInt8(ascii: "<")) {
            let uri = scanner.take { $0 != UInt8(ascii: ">") }
            guard scanner.take(UInt8(ascii: ">")) else {
                throw SIPParseError(.headerValue, "Missing Angle Bracket")
            }
            self.uri = try AddrSpec(parsing: uri)
        } else if displayName != nil {
            throw SIPParseError(.headerValue, "Missing URI After Display Name")
        } else {
            // Without brackets a comma, question mark or semicolon ends the URI: RFC 3261 section 20.
            let uri = scanner.take {
                !SIPGrammar.isSpace($0) && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",")
            }
            guard !uri.contains(UInt8(ascii: "?")) else {
                throw SIPParseError(.uri, "URI With Headers Needs Angle Brackets")
            }
            self.uri = try AddrSpec(parsing: uri)
        }
        parameters = try SIPParameters(scanning: &scanner)
    }

    /// Takes a display name without quotes, if an angle bracket follows it.
    ///
    /// The grammar allows tokens. Phones also write names in UTF-8 or with brackets and
    /// slashes in them; those are taken too, as far as they cannot be mistaken.
    private static func takeUnquotedName(_ scanner: inout ByteScanner) -> String? {
        var ahead = scanner
        let name = ahead.take {
            SIPGrammar.isToken($0) || SIPGrammar.isSpace($0) || $0 >= 0x80
                || [UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "/"), UInt8(ascii: "&"), UInt8(ascii: "#")].contains($0)
        }
        guard ahead.peek == UInt8(ascii: "<") else { return nil }
        scanner = ahead
        var trimmed = name
        while let last = trimmed.last, SIPGrammar.isSpace(last) { trimmed.removeLast() }
        return String(decoding: trimmed, as: UTF8.self)
    }
}

/// The Contact header fields of a message (RFC 3261 section 20.10).
public enum ContactList: Sendable, Hashable {
    /// `*`: all bindings, in a REGISTER that removes them.
    case all
    /// Addresses, none if the message has no Contact.
    case addresses([NameAddr])

    /// Reads all Contact header fields of a message.
    public init(_ headers: SIPHeaders) throws(SIPParseError) {
        var addresses: [NameAddr] = []
        let fields = headers.all("Contact")
        for field in fields {
            if field.bytes == [UInt8(ascii: "*")] {
                guard fields.count == 1 else {
                    throw SIPParseError(.headerValue, "Contact * Must Stand Alone")
                }
                self = .all
                return
            }
            addresses += try NameAddr.list(field)
        }
        self = .addresses(addresses)
    }
}
