// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// What all plugins together make of one request, with the reasons.
///
/// Every plugin has one vote for each key: what its most specific matching pattern says. The vendor is decided first, and then only
/// plugins that agree on the vendor, or say none, vote on model and version, because names of models mean something to one vendor only. The most
/// frequent value wins; of equally frequent ones that of the most specific pattern; then that of the greatest plugin id.
public struct Identification: Sendable, Hashable {
    /// Why a key has its value.
    public struct Reason: Sendable, Hashable, CustomStringConvertible {
        /// The key.
        public let key: IdentityKey
        /// The value that won.
        public let value: String
        /// The most specific match that says so.
        public let match: PatternMatch
        /// How many plugins say so.
        public let votes: Int
        /// Other values that were claimed, each with its number of votes.
        public let others: [String: Int]

        public var description: String {
            let against = others.sorted { $0.key < $1.key }.map { "\($0.value) for \($0.key)" }.joined(separator: ", ")
            return "\(key.rawValue) \(value): \(match.basis)" + (against.isEmpty ? "" : " (\(votes) for it, \(against))")
        }
    }

    /// The values by key.
    public let values: PhoneIdentity
    /// Why, one for each value, in the order of the keys.
    public let reasons: [Reason]

    /// The hardware address.
    public var mac: MACAddress? { values[.mac].flatMap { MACAddress($0) } }
    /// The manufacturer.
    public var vendor: String? { values[.vendor] }
    /// The model.
    public var model: String? { values[.model] }
    /// The firmware version.
    public var version: String? { values[.version] }
    /// The serial number.
    public var serial: String? { values[.serial] }
    /// The device's own identifier.
    public var uuid: String? { values[.uuid] }
    /// Whether nothing could be told.
    public var isEmpty: Bool { values.isEmpty }

    /// Counts the votes.
    ///
    /// - Parameter matches: The evidence, most specific first, as ``PluginCatalog/evidence(for:)`` returns it.
    public init(of matches: [PatternMatch]) {
        var values = PhoneIdentity()
        var reasons: [Reason] = []
        // The vendor comes first among the keys.
        for key in IdentityKey.allCases {
            // A request has few matches and fewer values, so searching a list costs less than hashing.
            var voters: [PluginID] = []
            // Each with the position of its most specific match: matches come in order, so that is the first.
            var candidates: [(value: String, votes: Int, match: Int)] = []
            for (position, match) in matches.enumerated() {
                guard let value = match.claims[key] else { continue }
                if key == .model || key == .version, let vendor = values[.vendor], let claimed = match.vendor, claimed != vendor { continue }
                guard !voters.contains(match.plugin) else { continue }
                voters.append(match.plugin)
                if let known = candidates.firstIndex(where: { $0.value == value }) {
                    candidates[known].votes += 1
                } else {
                    candidates.append((value, 1, position))
                }
            }
            guard let winner = candidates.max(by: { Self.loses(($0.votes, matches[$0.match]), to: ($1.votes, matches[$1.match])) }) else { continue }
            values[key] = winner.value
            let others = candidates.lazy.filter { $0.value != winner.value }.map { ($0.value, $0.votes) }
            reasons.append(
                Reason(
                    key: key, value: winner.value, match: matches[winner.match], votes: winner.votes,
                    others: Dictionary(others) { first, _ in first }))
        }
        self.values = values
        self.reasons = reasons
    }

    private static func loses(_ left: (votes: Int, match: PatternMatch), to right: (votes: Int, match: PatternMatch)) -> Bool {
        if left.votes != right.votes { return left.votes < right.votes }
        if left.match.specificity != right.match.specificity { return left.match.specificity < right.match.specificity }
        return left.match.plugin < right.match.plugin
    }
}
