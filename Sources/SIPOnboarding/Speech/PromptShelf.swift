// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// The prompts of all languages, read once: a directory for each language with `sentences.txt` and the
/// fragments `NAME.ulaw`, µ-law of 8,000 samples a second without a header.
public struct PromptShelf: Sendable {
    /// Why prompts cannot be read.
    public struct Problem: Error, Sendable, CustomStringConvertible {
        /// Where, why, and what to do.
        public let description: String
    }

    private struct Language: Sendable {
        let grammar: SentenceGrammar
        let fragments: [String: [UInt8]]
    }

    /// The language that is spoken where the one that is wanted is missing.
    private static let fallback = "en"
    /// The longest fragment, 30 seconds: what is longer is some other file.
    private static let maximumFragmentBytes = 240_000
    /// Samples of silence between two fragments, before the first and after the last: 60, 200 and 300 ms. Phones swallow the
    /// first moment of a call, and the last one when they hear BYE.
    private static let gap = 480, lead = 1_600, tail = 2_400
    private static let silence: UInt8 = 0xFF

    private var languages: [String: Language] = [:]

    /// A shelf without prompts: calls are silent.
    public init() {}

    /// Reads a directory.
    ///
    /// - Throws: ``Problem`` if a language is broken, or there is none.
    public init(directory: String) throws(Problem) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        for name in names.sorted() {
            guard let data = FileManager.default.contents(atPath: "\(directory)/\(name)/sentences.txt") else { continue }
            languages[name] = try Self.language("\(directory)/\(name)", String(decoding: data, as: UTF8.self))
        }
        guard !languages.isEmpty else {
            throw Problem(description: "\(directory) has no prompts, as \(directory)/en/sentences.txt: install them there, or calls are silent")
        }
    }

    private static func language(_ directory: String, _ sentences: String) throws(Problem) -> Language {
        let grammar: SentenceGrammar
        do throws(SentenceGrammar.Problem) {
            grammar = try SentenceGrammar(sentences)
        } catch {
            throw Problem(description: "\(directory)/sentences.txt, line \(error.line): \(error.description)")
        }
        var fragments: [String: [UInt8]] = [:]
        for file in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] where file.hasSuffix(".ulaw") {
            guard let data = FileManager.default.contents(atPath: "\(directory)/\(file)"), data.count <= maximumFragmentBytes else {
                throw Problem(description: "\(directory)/\(file) cannot be read, or is longer than 30 seconds: replace it")
            }
            fragments[String(file.dropLast(".ulaw".count))] = Array(data)
        }
        if let missing = grammar.namedFragments.subtracting(fragments.keys).min() {
            throw Problem(description: "\(directory)/\(missing).ulaw is missing, and sentences.txt names it: make it with scripts/make-prompts")
        }
        return Language(grammar: grammar, fragments: fragments)
    }

    /// The languages that can be spoken.
    public var available: [String] { languages.keys.sorted() }

    /// The language in which an announcement is made, and its name.
    private func language(of announcement: Announcement) -> (key: String, value: Language)? {
        let wanted = announcement.locale.prefix { $0.isLetter }.lowercased()
        for name in [wanted, Self.fallback] { if let language = languages[name] { return (name, language) } }
        return languages.min { $0.key < $1.key }
    }

    /// The files of which an announcement is made, as `en/this-phone`, for others who play them; empty if there are no prompts.
    public func files(of announcement: Announcement) -> [String] {
        guard let (name, language) = language(of: announcement) else { return [] }
        return language.grammar.fragments(of: announcement).filter { language.fragments[$0] != nil }.map { "\(name)/\($0)" }
    }

    /// What an announcement sounds like, in µ-law; empty if there are no prompts.
    public func samples(of announcement: Announcement) -> [UInt8] {
        guard let language = language(of: announcement)?.value else { return [] }
        // A vendor of whom there is no recording goes unsaid.
        let fragments = language.grammar.fragments(of: announcement).compactMap { language.fragments[$0] }
        guard !fragments.isEmpty else { return [] }
        return Array(repeating: Self.silence, count: Self.lead)
            + Array(fragments.joined(separator: Array(repeating: Self.silence, count: Self.gap)))
            + Array(repeating: Self.silence, count: Self.tail)
    }
}
