// SPDX-License-Identifier: GPL-3.0-or-later

/// One header field as it stands in a message, line folding undone.
///
/// The value is kept as bytes: phones send display names in Latin-1, and an answer has to
/// repeat From and To exactly.
public struct SIPHeader: Sendable, Hashable {
    /// The name as it was written: any case, compact or long.
    public let name: String

    /// The value without the white space around it.
    public let bytes: [UInt8]

    /// The name by which the field is found: lower case, long form. Made once, because a
    /// message is asked for its fields some twenty times.
    let key: String

    /// Creates a header field from bytes.
    public init(_ name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        key = SIPHeaders.key(name)
    }

    /// Creates a header field from text.
    ///
    /// Line ends in the text become spaces, so that no value can begin a header field of its own.
    public init(_ name: String, _ value: String) {
        self.name = name
        bytes = value.utf8.map { $0 == 0x0D || $0 == 0x0A ? 0x20 : $0 }
        key = SIPHeaders.key(name)
    }

    /// The value as text; bytes that are not UTF-8 become U+FFFD.
    public var value: String { String(decoding: bytes, as: UTF8.self) }
}

/// The header fields of a message, in their order, unknown ones included.
///
/// Names are found without regard to case, and by their long or compact form alike
/// (RFC 3261 section 7.3.3).
public struct SIPHeaders: Sendable, Hashable {
    /// All header fields, in the order of the message.
    public private(set) var fields: [SIPHeader]

    /// Creates a list of header fields.
    public init(_ fields: [SIPHeader] = []) {
        self.fields = fields
    }

    /// The text of the first header field with this name.
    public subscript(_ name: String) -> String? {
        first(name)?.value
    }

    /// The first header field with this name.
    public func first(_ name: String) -> SIPHeader? {
        let key = Self.key(name)
        return fields.first { $0.key == key }
    }

    /// Every header field with this name, in order.
    public func all(_ name: String) -> [SIPHeader] {
        let key = Self.key(name)
        return fields.filter { $0.key == key }
    }

    /// Adds a header field at the end.
    public mutating func append(_ name: String, _ value: String) {
        fields.append(SIPHeader(name, value))
    }

    /// Adds a header field at the end.
    public mutating func append(_ field: SIPHeader) {
        fields.append(field)
    }

    /// Removes every header field with this name.
    public mutating func removeAll(_ name: String) {
        let key = Self.key(name)
        fields.removeAll { $0.key == key }
    }

    /// Replaces every header field with this name by one at the place of the first.
    public mutating func replace(_ name: String, _ value: String) {
        let key = Self.key(name)
        let field = SIPHeader(name, value)
        guard let index = fields.firstIndex(where: { $0.key == key }) else {
            fields.append(field)
            return
        }
        removeAll(name)
        fields.insert(field, at: index)
    }

    /// The tokens of every header field with this name, split at commas: `Require`, `Supported`, `Allow`.
    public func tokens(_ name: String) -> [String] {
        all(name).flatMap { field in
            field.bytes.split(separator: UInt8(ascii: ","))
                .map { String(decoding: $0.filter { !SIPGrammar.isSpace($0) }, as: UTF8.self) }
                .filter { !$0.isEmpty }
        }
    }

    /// The name by which a header field is found: lower case, long form.
    static func key(_ name: String) -> String {
        if name.utf8.count == 1, let byte = name.utf8.first, let long = longName(ofCompact: byte.asciiLowercased) {
            return long
        }
        return asciiLowercased(name)
    }

    /// The long names of the compact forms registered with IANA ("SIP Parameters", header fields).
    private static func longName(ofCompact letter: UInt8) -> String? {
        switch letter {
        case UInt8(ascii: "a"): "accept-contact"
        case UInt8(ascii: "b"): "referred-by"
        case UInt8(ascii: "c"): "content-type"
        case UInt8(ascii: "d"): "request-disposition"
        case UInt8(ascii: "e"): "content-encoding"
        case UInt8(ascii: "f"): "from"
        case UInt8(ascii: "i"): "call-id"
        case UInt8(ascii: "j"): "reject-contact"
        case UInt8(ascii: "k"): "supported"
        case UInt8(ascii: "l"): "content-length"
        case UInt8(ascii: "m"): "contact"
        case UInt8(ascii: "n"): "identity-info"
        case UInt8(ascii: "o"): "event"
        case UInt8(ascii: "r"): "refer-to"
        case UInt8(ascii: "s"): "subject"
        case UInt8(ascii: "t"): "to"
        case UInt8(ascii: "u"): "allow-events"
        case UInt8(ascii: "v"): "via"
        case UInt8(ascii: "x"): "session-expires"
        case UInt8(ascii: "y"): "identity"
        default: nil
        }
    }
}
