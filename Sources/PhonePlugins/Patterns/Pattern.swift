// SPDX-License-Identifier: GPL-3.0-or-later

/// A text with typed placeholders, read like the text that it matches: `Yealink SIP-{model} {version} {mac}`.
///
/// A pattern matches a whole text or nothing. Placeholders take as little as they can, from the left:
/// in `Cisco/{model}-{version}` the model ends at the first hyphen that lets the rest match.
/// `{name}` names a ``Placeholder``; `{own=word}` captures under a name of one's own; `{number}`,
/// `{word}` and `{any}` may stand several times, other names once; `{{` and `}}` are braces.
/// A space stands for one or more spaces.
public struct Pattern: Sendable, Hashable {
    enum Element: Sendable, Hashable {
        case literal([UInt8])
        case spaces
        case placeholder(Placeholder)
    }

    /// The pattern as it was written.
    public let text: String
    /// Whether literal text matches without regard to ASCII case.
    public let ignoresCase: Bool
    /// The names of the captures, one for each placeholder, from the left.
    public let captureNames: [String]
    /// How much of the pattern is literal text, in bytes: of two patterns that match, the longer one knows more.
    public let literalLength: Int
    let elements: [Element]

    /// The length of the longest pattern in bytes; real ones have fewer than 80.
    public static let maximumLength = 256
    /// The most placeholders of one pattern: a search takes time in proportion to them.
    public static let maximumPlaceholders = 8

    /// Reads a pattern.
    ///
    /// - Throws: ``PatternError`` with the place in the text and what may stand there.
    public init(_ text: String, ignoresCase: Bool = false) throws(PatternError) {
        var parser = PatternParser(text)
        try parser.parse()
        self.text = text
        self.ignoresCase = ignoresCase
        elements = parser.elements
        captureNames = parser.names
        literalLength = parser.elements.reduce(0) { sum, element in
            switch element {
            case .literal(let bytes): sum + bytes.count
            case .spaces: sum + 1
            case .placeholder: sum
            }
        }
    }

    /// Whether one of the placeholders is a hardware address.
    var capturesMAC: Bool {
        elements.contains { if case .placeholder(let kind) = $0 { kind.isMAC } else { false } }
    }

    /// The pattern with its placeholders replaced by captured texts: what it matched, but for the number of spaces.
    ///
    /// - Returns: `nil` if a capture is missing.
    public func filled(with captures: [String: String]) -> String? {
        var result: [UInt8] = []
        var names = captureNames.makeIterator()
        for element in elements {
            switch element {
            case .literal(let bytes): result += bytes
            case .spaces: result.append(0x20)
            case .placeholder:
                guard let name = names.next(), let value = captures[name] else { return nil }
                result += value.utf8
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Matches the whole of a text.
    ///
    /// - Returns: The captured texts by name, or `nil` if the text is another.
    public func match(_ text: String) -> [String: String]? { CompiledPattern(self).match(text) }
}

/// One pattern made ready to be compared with many texts.
struct CompiledPattern: Sendable {
    private let pattern: Pattern
    private let trie: PatternTrie

    init(_ pattern: Pattern) {
        self.pattern = pattern
        var trie = PatternTrie()
        trie.insert(pattern, payload: 0)
        self.trie = trie
    }

    /// The pattern as it was written.
    var text: String { pattern.text }

    func match(_ text: String) -> [String: String]? {
        var search = PatternSearch(text)
        trie.search(&search)
        return search.hits.first.map { search.captures(of: $0, named: pattern.captureNames) }
    }
}

/// A pattern cannot be read: what is wrong, where, and what to write instead.
public struct PatternError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The place in the pattern, in bytes from its beginning.
    public let offset: Int
    /// What is wrong.
    public let reason: String
    /// What to do.
    public let remedy: String

    public var description: String { "\(reason) (at character \(offset + 1) of the pattern); \(remedy)" }
}
