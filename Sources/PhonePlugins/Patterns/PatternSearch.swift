// SPDX-License-Identifier: GPL-3.0-or-later

/// The state and the result of comparing one text with the patterns of a ``PatternTrie``.
struct PatternSearch {
    /// One pattern that matched.
    struct Hit {
        let payload: Int
        /// What the placeholders took, from the left.
        let ranges: [Range<Int>]
    }

    /// The longest text that is looked at; no phone's user agent or file name comes near it.
    static let maximumTextLength = 2048
    /// The most steps of one search. Real texts take fewer than a thousand; the bound is for texts made to be slow.
    static let maximumSteps = 100_000
    /// The most patterns that one text may match.
    static let maximumHits = 1000

    let text: [UInt8]
    private(set) var hits: [Hit] = []
    /// How much work was done, in steps of the automaton.
    private(set) var steps = 0
    private var ranges: [Range<Int>] = []
    private var visited: Set<Int> = []
    private var reported: Set<Int> = []

    init(_ text: String) { self.text = Array(text.utf8) }

    /// What a hit captured, under the names that its pattern gives.
    func captures(of hit: Hit, named names: [String]) -> [String: String] {
        var result: [String: String] = [:]
        for (name, range) in zip(names, hit.ranges) { result[name] = String(decoding: text[range], as: UTF8.self) }
        return result
    }

    /// What a hit captured, from the left.
    func captures(of hit: Hit) -> [String] { hit.ranges.map { String(decoding: text[$0], as: UTF8.self) } }

    mutating func takeStep() -> Bool {
        steps += 1
        return steps <= Self.maximumSteps
    }

    mutating func capturing(_ range: Range<Int>, _ body: (inout PatternSearch) -> Void) {
        ranges.append(range)
        body(&self)
        ranges.removeLast()
    }

    mutating func isFirstVisit(of node: Int, at position: Int) -> Bool {
        visited.insert(node * (Self.maximumTextLength + 1) + position).inserted
    }

    func capturedText(_ ordinal: Int) -> String? {
        ranges.indices.contains(ordinal) ? String(decoding: text[ranges[ordinal]], as: UTF8.self) : nil
    }

    mutating func report(_ payload: Int) {
        guard hits.count < Self.maximumHits else { return }
        // Found again with other captures: the first way took less, from the left, and stays.
        guard reported.insert(payload).inserted else { return }
        hits.append(Hit(payload: payload, ranges: ranges))
    }
}
