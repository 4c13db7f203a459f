// SPDX-License-Identifier: GPL-3.0-or-later

/// A YAML value with the line that it stands on.
///
/// Only what configuration needs: no anchors, no tags, and mapping keys are text.
struct YAMLNode: Sendable {
    /// One `key: value` of a mapping, in file order.
    struct Entry: Sendable {
        let key: String
        let keyLocation: SourceLocation
        let value: YAMLNode
    }

    enum Content: Sendable {
        /// A scalar. An unquoted empty one, `~` and `null` are `null`.
        case text(String)
        case null
        case list([YAMLNode])
        case mapping([Entry])
    }

    let content: Content
    let location: SourceLocation

    /// What the value is, for messages.
    var kind: String {
        switch content {
        case .text: "text"
        case .null: "nothing"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }
}
