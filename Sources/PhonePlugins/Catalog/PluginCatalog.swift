// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// All loaded plugins at one moment, with one index over all their patterns.
///
/// A catalogue never changes: whoever installs or removes a plugin makes a new one and puts it in the old one's place.
public struct PluginCatalog: Sendable {
    private struct Key: Hashable {
        let `protocol`: PhoneProtocol
        let field: PatternField
    }

    private struct Entry {
        let plugin: Plugin
        /// The plugin's place in the order of ids.
        let rank: Int
        let rule: PatternRule
    }

    /// Tells one catalogue from another, so that what was worked out with one is not taken for the other's.
    public struct Generation: Hashable, Sendable {
        private final class Token: Sendable {}
        private let token = Token()
        fileprivate init() {}
        public static func == (left: Generation, right: Generation) -> Bool { left.token === right.token }
        public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(token)) }
    }

    /// What tells this catalogue from all others.
    public let generation = Generation()
    /// The plugins, ordered by id.
    public let plugins: [Plugin]
    private let pluginsByID: [PluginID: Plugin]
    private let pluginsByVendor: [String: [Plugin]]
    private let entries: [Entry]
    private let indexes: [Key: PatternTrie]
    private let postedPaths: PatternTrie

    /// A catalogue without plugins.
    public static let empty = PluginCatalog(plugins: [])

    /// Makes a catalogue. Of two plugins with one id the first is taken.
    public init(plugins: [Plugin]) {
        var byID: [PluginID: Plugin] = [:]
        for plugin in plugins where byID[plugin.id] == nil { byID[plugin.id] = plugin }
        let plugins = byID.values.sorted { $0.id < $1.id }
        var entries: [Entry] = []
        var indexes: [Key: PatternTrie] = [:]
        var postedPaths = PatternTrie()
        for (rank, plugin) in plugins.enumerated() {
            for rule in plugin.manifest.files where rule.isPostable { postedPaths.insert(rule.path, payload: rank) }
            for rule in plugin.manifest.patterns {
                indexes[Key(protocol: rule.protocol, field: rule.field), default: PatternTrie()]
                    .insert(rule.pattern, payload: entries.count, ouis: rule.ouis)
                entries.append(Entry(plugin: plugin, rank: rank, rule: rule))
            }
        }
        self.plugins = plugins
        pluginsByID = byID
        pluginsByVendor = Dictionary(grouping: plugins) { $0.manifest.vendor.lowercased() }
        self.entries = entries
        self.indexes = indexes
        self.postedPaths = postedPaths
    }

    /// The plugin of an id.
    public subscript(id: PluginID) -> Plugin? { pluginsByID[id] }

    /// The plugin of an id as device documents hold it.
    public subscript(id: String) -> Plugin? { PluginID(id).flatMap { pluginsByID[$0] } }

    /// Whether phones fetch this path by HTTP POST, which otherwise sends something.
    ///
    /// - Parameter path: The path, percent-decoded, with a slash in front.
    public func isFetchedByPost(_ path: String) -> Bool {
        var search = PatternSearch(path)
        postedPaths.search(&search)
        return !search.hits.isEmpty
    }

    // MARK: Recognising phones

    /// Every pattern of every plugin that matches a part of a request: the most specific first, then the greatest plugin id,
    /// then the order of the manifest.
    public func evidence(for request: PhoneRequest) -> [PatternMatch] { examine(request).matches }

    /// What the plugins together make of a request.
    public func identify(_ request: PhoneRequest) -> Identification { Identification(of: evidence(for: request)) }

    /// The evidence together with the number of steps that finding it took.
    func examine(_ request: PhoneRequest) -> (matches: [PatternMatch], steps: Int) {
        var found: [PatternMatch] = []
        // Matches are large: what they are ordered by is moved about, and not they.
        var order: [(specificity: Int, rank: Int, entry: Int, position: Int)] = []
        var macs = MACForms()
        var steps = 0
        for field in request.protocol.fields {
            guard let text = request.text(of: field), let index = indexes[Key(protocol: request.protocol, field: field)] else { continue }
            var search = PatternSearch(field == .path ? text : Self.trimmed(text))
            index.search(&search)
            steps += search.steps
            for hit in search.hits {
                let entry = entries[hit.payload]
                if !entry.rule.ouis.isEmpty, !entry.rule.pattern.capturesMAC {
                    guard let mac = request.mac, entry.rule.ouis.contains(mac.oui) else { continue }
                }
                let claims = entry.rule.identity(search.captures(of: hit), in: entry.plugin.manifest, macs: &macs)
                guard !claims.isEmpty else { continue }
                let match = PatternMatch(
                    plugin: entry.plugin.id, field: field, pattern: entry.rule.pattern.text, specificity: entry.rule.pattern.literalLength,
                    claims: claims)
                order.append((match.specificity, entry.rank, hit.payload, found.count))
                found.append(match)
            }
        }
        order.sort { left, right in
            if left.specificity != right.specificity { return left.specificity > right.specificity }
            return left.rank != right.rank ? left.rank > right.rank : left.entry < right.entry
        }
        return (order.map { found[$0.position] }, steps)
    }

    /// A header's value without the blanks around it (RFC 9110, 5.5), and a DHCP text without the NUL that some clients append.
    private static func trimmed(_ text: String) -> String {
        let isPadding = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0 }
        let bytes = text.utf8.drop(while: isPadding)
        guard let end = bytes.lastIndex(where: { !isPadding($0) }) else { return "" }
        return String(decoding: bytes[...end], as: UTF8.self)
    }

    // MARK: Choosing a plugin

    /// How well each plugin of a device's vendor serves it, best first; of equal levels the greatest id comes first.
    ///
    /// Only claims whose level ``SupportLevel/associates`` may give a device its plugin.
    public func support(vendor: String?, model: String?, version: String?) -> [SupportClaim] {
        guard let vendor else { return [] }
        let claims = (pluginsByVendor[vendor.lowercased()] ?? []).map { $0.support(model: model, version: version) }
        return claims.sorted { $0.level != $1.level ? $0.level > $1.level : $0.plugin > $1.plugin }
    }
}
