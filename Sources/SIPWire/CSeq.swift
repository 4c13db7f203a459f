// SPDX-License-Identifier: GPL-3.0-or-later

/// The CSeq header field: the request's number within its dialog, and its method
/// (RFC 3261 section 20.16).
public struct CSeq: Sendable, Hashable, CustomStringConvertible {
    /// The sequence number, less than 2³¹.
    public let number: UInt32

    /// The method.
    public let method: SIPMethod

    /// Creates a value.
    public init(_ number: UInt32, _ method: SIPMethod) {
        self.number = number
        self.method = method
    }

    /// Reads a header field.
    public init(_ header: SIPHeader) throws(SIPParseError) {
        var scanner = ByteScanner(header.bytes)
        guard let number = scanner.takeNumber(UInt32.self), number < 1 << 31 else {
            throw SIPParseError(.headerValue, "Bad Number in CSeq")
        }
        guard let space = scanner.peek, SIPGrammar.isSpace(space) else {
            throw SIPParseError(.headerValue, "Bad CSeq")
        }
        scanner.skipSpace()
        guard let method = scanner.takeToken(), scanner.isAtEnd else {
            throw SIPParseError(.headerValue, "Bad Method in CSeq")
        }
        self.init(number, SIPMethod(rawValue: method))
    }

    /// The value as it stands in a message.
    public var description: String { "\(number) \(method)" }
}
