// SPDX-License-Identifier: GPL-3.0-or-later

/// Why bytes are not a SIP message, or a message lacks what every message must have.
///
/// The error carries what an answer to a broken request needs: the status code, a
/// phrase that is fit for the status line, and the header fields that could be read.
public struct SIPParseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The part of the message that is wrong.
    public enum Code: Sendable, Hashable {
        /// The bytes hold no message: empty, or line ends only.
        case empty
        /// The first line is neither a request line nor a status line.
        case startLine
        /// The message speaks a SIP version other than 2.0.
        case version
        /// A header field line has no name, no colon, or a forbidden byte.
        case headerLine
        /// A header field that the message must have is absent.
        case missingHeader
        /// A header field that may appear once appears more often.
        case repeatedHeader
        /// A header field's value does not follow its grammar.
        case headerValue
        /// Content-Length is absent, wrong, or does not fit what arrived.
        case contentLength
        /// A URI does not follow its grammar, or stands where it may not.
        case uri
        /// The method of CSeq is not that of the request line.
        case methodMismatch
        /// The header section exceeds a limit.
        case headersTooLarge
        /// The body exceeds a limit.
        case bodyTooLarge
    }

    /// The part of the message that is wrong.
    public let code: Code

    /// What is wrong, in a few ASCII words: usable as the reason phrase of a response.
    public let reason: String

    /// The header fields that could be read, for answering a broken request.
    /// `nil` where the bytes were not a request, so that nothing may be answered.
    public var headers: SIPHeaders?

    /// Creates an error.
    public init(_ code: Code, _ reason: String, headers: SIPHeaders? = nil) {
        self.code = code
        self.reason = reason
        self.headers = headers
    }

    /// The status code that a request with this fault is answered with (RFC 3261 section 21.4).
    public var statusCode: Int {
        switch code {
        case .version: 505
        case .headersTooLarge, .bodyTooLarge: 513
        default: 400
        }
    }

    public var description: String { reason }
}
