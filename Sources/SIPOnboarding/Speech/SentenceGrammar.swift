// SPDX-License-Identifier: GPL-3.0-or-later

/// How a language puts its sentences together of fragments: the file `sentences.txt`.
///
/// A line is `name = word word …`. A word is the name of a fragment, or a placeholder `{vendor}`, `{model}`, `{mac}`,
/// `{number}`. A placeholder of which nothing is known is left out, together with what stands around it in `[ ]`.
struct SentenceGrammar: Sendable, Hashable {
    private enum Word: Sendable, Hashable {
        case fragment(String)
        case placeholder(String)
        /// Words that stand or fall together.
        case group([Word])
    }

    /// Why a file is no grammar.
    struct Problem: Error, Sendable, Hashable {
        let line: Int
        let description: String
    }

    private var sentences: [Announcement.Sentence: [Word]] = [:]

    /// Reads a file's text.
    init(_ text: String) throws(Problem) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.split(separator: " ").map(String.init) }
            guard parts.count == 2, let name = parts[0].first, parts[0].count == 1, let sentence = Announcement.Sentence(rawValue: name) else {
                throw Problem(line: index + 1, description: "it does not begin with the name of a sentence and “=”")
            }
            sentences[sentence] = try Self.words(parts[1], line: index + 1)
        }
        if let missing = Announcement.Sentence.allCases.first(where: { sentences[$0] == nil }) {
            throw Problem(line: 1, description: "the sentence “\(missing.rawValue)” is missing")
        }
    }

    private static func words(_ texts: [String], line: Int) throws(Problem) -> [Word] {
        var words: [Word] = []
        var group: [Word]?
        for text in texts {
            var name = text[...]
            if name.hasPrefix("[") {
                guard group == nil else { throw Problem(line: line, description: "a group begins within a group") }
                group = []
                name.removeFirst()
            }
            let ends = name.hasSuffix("]")
            if ends { name.removeLast() }
            let word =
                name.hasPrefix("{") && name.hasSuffix("}") ? Word.placeholder(String(name.dropFirst().dropLast())) : .fragment(String(name))
            if group != nil { group?.append(word) } else { words.append(word) }
            guard ends else { continue }
            guard let whole = group else { throw Problem(line: line, description: "a “]” has no “[”") }
            words.append(.group(whole))
            group = nil
        }
        guard group == nil else { throw Problem(line: line, description: "a “[” has no “]”") }
        return words
    }

    /// The names of the fragments that make up an announcement.
    func fragments(of announcement: Announcement) -> [String] {
        (sentences[announcement.sentence] ?? []).flatMap { Self.fragments(of: $0, announcement.words) ?? [] }
    }

    /// All fragments that sentences name.
    var namedFragments: Set<String> {
        func names(_ word: Word) -> [String] {
            switch word {
            case .fragment(let name): [name]
            case .placeholder: []
            case .group(let words): words.flatMap(names)
            }
        }
        return Set(sentences.values.joined().flatMap(names))
    }

    private static func fragments(of word: Word, _ words: Announcement.Words) -> [String]? {
        switch word {
        case .fragment(let name): return [name]
        case .placeholder("vendor"): return words.vendor.map { ["vendor-" + $0.lowercased()] }
        case .placeholder("model"): return spelled(words.model)
        case .placeholder("mac"): return spelled(words.mac)
        case .placeholder("number"): return spelled(words.number)
        case .placeholder: return nil
        case .group(let group):
            var result: [String] = []
            for word in group {
                guard let part = fragments(of: word, words) else { return nil }
                result += part
            }
            return result
        }
    }

    /// Letters and digits one by one. What else is in a model's name is not spoken.
    private static func spelled(_ text: String?) -> [String]? {
        let names = (text ?? "").lowercased().compactMap { character -> String? in
            switch character {
            case "0"..."9", "a"..."z": character.isASCII ? String(character) : nil
            case "*": "star"
            case "#": "hash"
            case "+": "plus"
            default: nil
            }
        }
        return names.isEmpty ? nil : names
    }
}
