// SPDX-License-Identifier: GPL-3.0-or-later

extension ManifestNode {
    /// The lists of a manifest to which a family's fragment adds; any other list is replaced by the plugin's own.
    private static let growingLists: Set<String> = [
        "patterns.http", "patterns.tftp", "patterns.dhcp", "patterns.sip", "support", "files", "uploads", "ouis",
    ]

    /// The manifest over a family's fragment: mappings are merged, own values win, and the fragment's
    /// patterns, prefixes, rules and files come after the own ones.
    func laid(over fragment: ManifestNode) throws(PluginProblem) -> ManifestNode { try laid(over: fragment, path: "") }

    private func laid(over fragment: ManifestNode, path: String) throws(PluginProblem) -> ManifestNode {
        switch (content, fragment.content) {
        case (.mapping(var members), .mapping(let others)):
            var places: [String: Int] = [:]
            for (position, member) in members.enumerated() { places[member.name] = position }
            for other in others {
                if let position = places[other.name] {
                    let inner = path.isEmpty ? other.name : "\(path).\(other.name)"
                    members[position].value = try members[position].value.laid(over: other.value, path: inner)
                } else {
                    members.append(other)
                }
            }
            return ManifestNode(content: .mapping(members), place: place)
        case (.list(let values), .list(let others)) where Self.growingLists.contains(path):
            return ManifestNode(content: .list(values + others), place: place)
        default:
            return isEmpty ? fragment : self
        }
    }
}
