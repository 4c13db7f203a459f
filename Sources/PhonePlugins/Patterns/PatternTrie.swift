// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// Many patterns as one automaton, so that a text is compared with all of them at once.
///
/// Patterns that begin alike share their beginning, placeholders included. The work for a text depends on the text and on
/// the patterns that share its beginning, not on how many patterns there are. At the end of a pattern that is only meant
/// for some manufacturers' addresses, the payloads are found by the captured MAC address's first three octets.
struct PatternTrie: Sendable {
    /// The nodes behind a node by the byte that leads there. Most nodes have one, and only the first has many.
    private struct Branches: Sendable {
        private var bytes: [UInt8] = []
        private var nodes: [Int] = []

        var isEmpty: Bool { bytes.isEmpty }

        subscript(byte: UInt8) -> Int? {
            get {
                for position in bytes.indices where bytes[position] == byte { return nodes[position] }
                return nil
            }
            set {
                guard let newValue else { return }
                bytes.append(byte)
                nodes.append(newValue)
            }
        }
    }

    private struct Node: Sendable {
        var literals = Branches()
        var foldedLiterals = Branches()
        var spaces: Int?
        var placeholders: [(kind: Placeholder, child: Int)] = []
        var payloads: [Int] = []
        var payloadsByOUI: [OUI: [Int]] = [:]
        /// The ordinal of the placeholder that captures the address, where `payloadsByOUI` has entries.
        var macOrdinal = 0

        var isLeaf: Bool { literals.isEmpty && foldedLiterals.isEmpty && spaces == nil && placeholders.isEmpty }
        var isEnd: Bool { !payloads.isEmpty || !payloadsByOUI.isEmpty }

        /// Whether any way leads on with a byte.
        func continues(with byte: UInt8) -> Bool {
            literals[byte] != nil || foldedLiterals[asciiLowercase(byte)] != nil
                || spaces != nil && byte == 0x20 || !placeholders.isEmpty
        }
    }

    private var nodes: [Node] = [Node()]

    /// Adds a pattern.
    ///
    /// - Parameters:
    ///   - payload: The number that a match reports.
    ///   - ouis: The manufacturers' prefixes for which alone the pattern counts; empty for every text, and ignored if the pattern captures
    ///     no address.
    mutating func insert(_ pattern: Pattern, payload: Int, ouis: [OUI] = []) {
        var node = 0
        var ordinal = 0
        var macOrdinal: Int?
        for element in pattern.elements {
            switch element {
            case .literal(let bytes):
                for byte in bytes { node = pattern.ignoresCase ? foldedChild(of: node, asciiLowercase(byte)) : exactChild(of: node, byte) }
            case .spaces:
                let next = nodes[node].spaces ?? newNode()
                nodes[node].spaces = next
                node = next
            case .placeholder(let kind):
                if kind.isMAC, macOrdinal == nil { macOrdinal = ordinal }
                ordinal += 1
                if let known = nodes[node].placeholders.first(where: { $0.kind == kind }) {
                    node = known.child
                } else {
                    let next = newNode()
                    nodes[node].placeholders.append((kind, next))
                    node = next
                }
            }
        }
        guard !ouis.isEmpty, let macOrdinal else {
            nodes[node].payloads.append(payload)
            return
        }
        nodes[node].macOrdinal = macOrdinal
        for oui in ouis { nodes[node].payloadsByOUI[oui, default: []].append(payload) }
    }

    private mutating func newNode() -> Int {
        nodes.append(Node())
        return nodes.count - 1
    }

    private mutating func exactChild(of node: Int, _ byte: UInt8) -> Int {
        if let known = nodes[node].literals[byte] { return known }
        let next = newNode()
        nodes[node].literals[byte] = next
        return next
    }

    private mutating func foldedChild(of node: Int, _ byte: UInt8) -> Int {
        if let known = nodes[node].foldedLiterals[byte] { return known }
        let next = newNode()
        nodes[node].foldedLiterals[byte] = next
        return next
    }

    /// Finds every pattern that matches the whole text of a search.
    func search(_ search: inout PatternSearch) {
        guard search.text.count <= PatternSearch.maximumTextLength else { return }
        visit(0, 0, &search)
    }

    /// Follows one node from one position; recursion is as deep as a pattern has placeholders and runs of spaces.
    private func visit(_ start: Int, _ position: Int, _ search: inout PatternSearch) {
        var node = start
        var position = position
        while true {
            guard search.takeStep() else { return }
            if position == search.text.count, nodes[node].isEnd { accept(node, &search) }
            for (kind, child) in nodes[node].placeholders { take(kind, child, position, &search) }
            guard position < search.text.count else { return }
            let byte = search.text[position]
            if byte == 0x20, let next = nodes[node].spaces {
                var end = position
                while end < search.text.count, search.text[end] == 0x20 { end += 1 }
                visit(next, end, &search)
            }
            let folded = nodes[node].foldedLiterals[asciiLowercase(byte)]
            guard let exact = nodes[node].literals[byte] else {
                guard let folded else { return }
                node = folded
                position += 1
                continue
            }
            if let folded { visit(folded, position + 1, &search) }
            node = exact
            position += 1
        }
    }

    /// Lets a placeholder take bytes, as few as possible first, and follows what comes behind it.
    private func take(_ kind: Placeholder, _ child: Int, _ start: Int, _ search: inout PatternSearch) {
        if kind.hasFixedLength {
            guard let length = kind.fixedLength(in: search.text, at: start) else { return }
            search.capturing(start..<(start + length)) { visit(child, start + length, &$0) }
            return
        }
        let isLeaf = nodes[child].isLeaf
        var end = start
        if kind.mayBeEmpty { follow(child, start..<end, &search) }
        while end < search.text.count, kind.accepts(search.text[end]) {
            end += 1
            // A placeholder that ends its pattern takes all or nothing.
            if isLeaf, end < search.text.count { continue }
            guard search.takeStep() else { return }
            follow(child, start..<end, &search)
        }
    }

    private func follow(_ child: Int, _ range: Range<Int>, _ search: inout PatternSearch) {
        let end = range.upperBound
        let leadsOn =
            end == search.text.count
            ? nodes[child].isEnd || !nodes[child].placeholders.isEmpty : nodes[child].continues(with: search.text[end])
        // Whoever came first to this node at this position took less: a second visit could find nothing better.
        guard leadsOn, search.isFirstVisit(of: child, at: end) else { return }
        search.capturing(range) { visit(child, end, &$0) }
    }

    private func accept(_ node: Int, _ search: inout PatternSearch) {
        for payload in nodes[node].payloads { search.report(payload) }
        guard !nodes[node].payloadsByOUI.isEmpty else { return }
        guard let text = search.capturedText(nodes[node].macOrdinal), let mac = MACAddress(text) else { return }
        for payload in nodes[node].payloadsByOUI[mac.oui] ?? [] { search.report(payload) }
    }
}
