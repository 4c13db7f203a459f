// SPDX-License-Identifier: GPL-3.0-or-later

/// A file as it goes to the phone.
public struct RenderedFile: Sendable, Hashable {
    /// The bytes.
    public let bytes: [UInt8]
    /// The media type, without charset.
    public let mediaType: String
    /// The encoding of the text.
    public let charset: FileRule.Charset
    /// Whether it holds credentials.
    public let isSensitive: Bool
    /// Whether fetching it proves that the phone holds its configuration.
    public let isTrigger: Bool

    /// The value of a `Content-Type` header (RFC 9110, 8.3).
    public var contentType: String { "\(mediaType); charset=\(charset.rawValue)" }
}
