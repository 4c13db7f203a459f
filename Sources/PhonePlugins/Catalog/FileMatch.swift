// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// A path that a plugin serves: by which rule, with what.
public struct FileMatch: Sendable {
    /// What is served.
    public enum Content: Sendable, Hashable {
        /// The template of this name, rendered by ``Plugin/render(_:context:)``.
        case template(String)
        /// A file as it is.
        case file(StaticFile)
    }

    /// The rule.
    public let rule: FileRule
    /// What the path's placeholders took, by name.
    public let captures: [String: String]
    /// What is served.
    public let content: Content
    /// The media type, without charset.
    public let mediaType: String

    /// The hardware address in the path, if it has one: the file is meant for that device alone.
    public var mac: MACAddress? { captures["mac"].flatMap { MACAddress($0) } }
    /// Whether the file holds credentials.
    public var isSensitive: Bool { rule.isSensitive }
    /// Whether fetching it proves that the phone holds its configuration.
    public var isTrigger: Bool { rule.isTrigger }
}
