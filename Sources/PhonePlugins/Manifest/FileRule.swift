// SPDX-License-Identifier: GPL-3.0-or-later

/// One line of a manifest's `files` list: a path that phones ask for, and what they get.
public struct FileRule: Sendable {
    /// Where the bytes come from.
    public enum Source: Sendable, Hashable {
        /// A template below `templates/`.
        case template(String)
        /// One file below `files/`.
        case file(String)
        /// A directory below `files/`; the path's `{path}` says which of its files.
        case directory(String)
    }

    /// What the values of a template are escaped for.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// As they are.
        case none
        /// Lines of `key = value`: a value with a control character is refused.
        case keyValue = "key-value"
        /// XML 1.0.
        case xml
        /// HTML.
        case html
        /// Inside a JSON string.
        case json
        /// Inside a string of JavaScript or a language like it, also one that stands in an HTML page.
        case javascript
    }

    /// The character encodings in which files are written.
    public enum Charset: String, Sendable, Hashable, CaseIterable {
        case utf8 = "utf-8"
        case latin1 = "iso-8859-1"
    }

    /// What the bytes of a file depend on, and so by what they may be remembered.
    public enum Scope: String, Sendable, Hashable, CaseIterable {
        /// On the plugin and the base configuration alone.
        case common
        /// On the model too.
        case model
        /// On the device.
        case device
    }

    /// The path, beginning with a slash.
    public let path: Pattern
    /// The protocols by which it is served: ``PhoneProtocol/http`` or ``PhoneProtocol/tftp`` or both.
    public let protocols: Set<PhoneProtocol>
    /// Where the bytes come from.
    public let source: Source
    /// The media type (RFC 9110, 8.3.1) without a charset, or `nil` to go by the path's extension.
    public let mediaType: String?
    /// The encoding of a template's text.
    public let charset: Charset
    /// What a template's values are escaped for.
    public let format: Format
    /// What the bytes depend on.
    public let scope: Scope
    /// Whether the file holds credentials.
    public let isSensitive: Bool
    /// Whether fetching it proves that the phone holds its configuration.
    public let isTrigger: Bool
    /// Whether phones fetch it by HTTP POST too.
    public let isPostable: Bool
    /// Where it is written.
    public let place: PluginProblem.Place
}
