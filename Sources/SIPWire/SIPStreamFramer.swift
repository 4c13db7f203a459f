// SPDX-License-Identifier: GPL-3.0-or-later

/// Finds the messages in a stream of bytes, such as a TCP connection.
///
/// Bytes go in as they arrive; messages and keep-alives come out. What is held back is
/// bounded by the limits. After an error the stream has no known boundaries any more: the
/// caller answers, if it can, and closes the connection.
public struct SIPStreamFramer: Sendable {
    /// What was found in the stream.
    public enum Element: Sendable, Hashable {
        /// A whole message.
        case message(SIPMessage)
        /// A double CRLF: the peer's keep-alive, answered with ``SIPStreamFramer/pong`` (RFC 5626 section 3.5.1). Those that follow each
        /// other closely are one.
        case ping
    }

    /// The answer to a ping: one CRLF.
    public static let pong: [UInt8] = [0x0D, 0x0A]

    private static let ping: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]

    private let limits: SIPLimits
    private var buffer: [UInt8] = []

    /// How far the buffer is known to hold no end of a header section, so that a section that
    /// arrives byte by byte is not searched from its beginning each time.
    private var searched = 0

    /// The header section whose body has not arrived yet, with the length of that body.
    private var pending: (section: SIPHeaderSection, bodyBytes: Int)?

    /// Creates a framer at the beginning of a stream.
    public init(limits: SIPLimits = .standard) {
        self.limits = limits
    }

    /// Bytes that wait for more to come. Zero between messages.
    public var bufferedByteCount: Int { buffer.count }

    /// Whether a message has begun and not ended: the time to be strict with a slow sender.
    public var isInsideMessage: Bool { pending != nil || buffer.contains { $0 != 0x0D && $0 != 0x0A } }

    /// Adds bytes from the stream.
    public mutating func append(_ bytes: some Sequence<UInt8>) {
        buffer += bytes
    }

    /// The next message or keep-alive; `nil` if more bytes are needed.
    ///
    /// - Throws: ``SIPParseError``, after which the stream cannot be read on.
    public mutating func next() throws(SIPParseError) -> Element? {
        if pending == nil {
            let blank = buffer.prefix { $0 == 0x0D || $0 == 0x0A }.count
            if buffer.starts(with: Self.ping) {
                // All at once: one by one, each would move the whole buffer. What is left may be the first part of another.
                buffer.removeFirst(blank - blank % Self.ping.count)
                searched = 0
                return .ping
            }
            // One CRLF may be the first half of a ping or a pong: wait until more is known.
            if buffer == [0x0D] || buffer == [0x0D, 0x0A] || buffer == [0x0D, 0x0A, 0x0D] { return nil }
            if blank > 0 {
                buffer.removeFirst(blank)
                searched = 0
            }
            guard let section = try takeHeaderSection() else { return nil }
            pending = try Self.expectBody(after: section, limits)
        }
        guard let (section, bodyBytes) = pending, buffer.count >= bodyBytes else { return nil }
        let body = Array(buffer.prefix(bodyBytes))
        buffer.removeFirst(bodyBytes)
        pending = nil
        return .message(try SIPMessage(section, body: body))
    }

    private mutating func takeHeaderSection() throws(SIPParseError) -> SIPHeaderSection? {
        // The end spans at most four bytes: look again at the last three.
        guard let end = SIPHeaderSection.end(of: buffer[max(0, searched - 3)...]) else {
            searched = buffer.count
            guard buffer.count <= limits.headerSectionBytes else {
                throw SIPParseError(.headersTooLarge, "Header Section Too Large")
            }
            return nil
        }
        let section = try SIPHeaderSection(buffer[..<end], limits: limits)
        buffer.removeFirst(end)
        searched = 0
        return section
    }

    /// Content-Length is what bounds a message on a stream, and so must be there (RFC 3261 section 20.14).
    private static func expectBody(after section: SIPHeaderSection, _ limits: SIPLimits) throws(SIPParseError) -> (SIPHeaderSection, Int) {
        do throws(SIPParseError) {
            guard let length = try SIPMessage.contentLength(section.headers) else {
                throw SIPParseError(.contentLength, "Missing Content-Length")
            }
            guard length <= limits.bodyBytes else {
                throw SIPParseError(.bodyTooLarge, "Body Too Large")
            }
            return (section, length)
        } catch {
            throw SIPMessage.answerable(error, section)
        }
    }
}
