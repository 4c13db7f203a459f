// SPDX-License-Identifier: GPL-3.0-or-later

/// The name of a plugin: letters, digits, `.`, `-` and `_`, such as `yealink-v86`.
///
/// Ids are ordered as people read them: `acme-9` before `acme-10`.
public struct PluginID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The longest id in bytes; an id is also the name of a directory.
    public static let maximumLength = 64

    /// The id's text.
    public let text: String

    /// Checks a text.
    ///
    /// - Returns: `nil` for a text that is empty, too long, begins with a dot, or has other characters.
    public init?(_ text: some StringProtocol) {
        guard !text.isEmpty, text.utf8.count <= Self.maximumLength, text.first != ".",
            text.utf8.allSatisfy({ isASCIIAlphanumeric($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
        else { return nil }
        self.text = String(text)
    }

    public var description: String { text }

    public static func < (left: PluginID, right: PluginID) -> Bool { compareNumerically(left.text, right.text) < 0 }
}
