// SPDX-License-Identifier: GPL-3.0-or-later

/// A text built from what a pattern captured: `SPA{n}`, `SPA{psn:upper}`, or a constant.
public struct CaptureTemplate: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case literal(String)
        case capture(Int, Form)
    }

    private enum Form: String, Sendable, Hashable {
        case plain
        case upper
        case lower
    }

    /// The template as it was written.
    public let text: String
    private let parts: [Part]

    /// Reads a template for a pattern's captures.
    ///
    /// - Throws: ``PatternError`` for braces that do not close, forms that do not exist, and captures that the pattern has not.
    public init(_ text: String, captures names: [String]) throws(PatternError) {
        self.text = text
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { parts.append(.literal(String(rest[..<open]))) }
            let offset = text.utf8.distance(from: text.startIndex, to: open)
            guard let close = rest[open...].firstIndex(of: "}") else {
                throw PatternError(offset: offset, reason: "a “{” without “}”", remedy: "close it")
            }
            let inner = rest[rest.index(after: open)..<close].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(inner[0])
            guard let ordinal = names.firstIndex(of: name) else {
                throw PatternError(
                    offset: offset, reason: "the pattern does not capture “\(name)”",
                    remedy: names.isEmpty ? "write a constant" : "use one of \(names.joined(separator: ", "))")
            }
            guard let form = Form(rawValue: inner.count == 2 ? String(inner[1]) : "plain") else {
                throw PatternError(offset: offset, reason: "“\(inner[1])” is no form", remedy: "use {\(name):upper} or {\(name):lower}")
            }
            parts.append(.capture(ordinal, form))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.literal(String(rest))) }
        self.parts = parts
    }

    /// The text for what was captured.
    ///
    /// - Parameter captures: The texts that the pattern's placeholders took, from the left.
    func text(for captures: [String]) -> String {
        // Most templates are one constant or one capture.
        parts.count == 1 ? text(of: parts[0], captures) : parts.map { text(of: $0, captures) }.joined()
    }

    private func text(of part: Part, _ captures: [String]) -> String {
        switch part {
        case .literal(let text): text
        case .capture(let ordinal, let form):
            switch (captures.indices.contains(ordinal) ? captures[ordinal] : "", form) {
            case (let text, .plain): text
            case (let text, .upper): text.uppercased()
            case (let text, .lower): text.lowercased()
            }
        }
    }
}
