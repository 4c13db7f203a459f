// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Provisioning
import Testing

@testable import SIPOnboarding

/// The prompts of this checkout.
let shippedPrompts = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "prompts").path

@Suite("Prompts")
struct PromptTests {
    private let words = Announcement.Words(vendor: "Yealink", model: "T46S", mac: "bb01", number: "*10")

    @Test("Every language can say every sentence", arguments: ["en", "fr", "de", "es"])
    func complete(language: String) throws {
        let shelf = try PromptShelf(directory: shippedPrompts)
        #expect(shelf.available.contains(language))
        for sentence in Announcement.Sentence.allCases {
            // Something between half a second and half a minute.
            #expect((4_000...240_000).contains(shelf.samples(of: Announcement(sentence, words, locale: language + "_XX")).count), "\(sentence)")
        }
    }

    @Test("A language that is missing is spoken in English, and a vendor without a recording goes unsaid")
    func fallback() throws {
        let shelf = try PromptShelf(directory: shippedPrompts)
        let english = shelf.samples(of: Announcement(.assigned, words, locale: "en_US"))
        #expect(shelf.samples(of: Announcement(.assigned, words, locale: "ja_JP")) == english)
        var other = words
        other.vendor = "Nobody"
        #expect(shelf.samples(of: Announcement(.assigned, other, locale: "en")).count < english.count)
    }

    @Test("For others who play them the files of an announcement are named, those that there are")
    func files() throws {
        let shelf = try PromptShelf(directory: shippedPrompts)
        let files = shelf.files(of: Announcement(.assigned, words, locale: "fr_FR"))
        #expect(files.first == "fr/this-phone" && files.contains("fr/vendor-yealink") && files.contains("fr/star"))
        for file in files { #expect(FileManager.default.fileExists(atPath: "\(shippedPrompts)/\(file).ulaw"), "\(file)") }
        #expect(shelf.files(of: Announcement(.unknownCode, words, locale: "ja")) == ["en/unknown-code"])
        #expect(PromptShelf().files(of: Announcement(.trouble)).isEmpty)
    }

    @Test("Every outcome at a PBX has a sentence of its own where the caller can do something else about it")
    func outcomes() {
        var phone = PhoneDescription()
        phone.locale = "de_DE"
        let refusals: [PBXDialling.Outcome] = [
            .code(.unknownCode), .code(.codeInUse), .code(.codeSpent), .code(.codeExpired), .code(.wrongPhone), .code(.deviceHasLine),
            .locked(seconds: 5), .wrongPIN, .notLoggedIn, .trouble,
        ]
        let said = refusals.map { Announcement($0, at: phone, locale: "en") }
        #expect(Set(said.map(\.sentence)).count == refusals.count && said.allSatisfy { $0.locale == "de_DE" })
        #expect(Announcement(.enterPIN, at: PhoneDescription(), locale: "es") == Announcement(.enterPIN, locale: "es"))
    }

    @Test("A sentence is put together of its words; what is unknown takes its group with it")
    func grammar() throws {
        let all = Announcement.Sentence.allCases.filter { $0 != .assigned }.map { "\($0.rawValue) = x" }.joined(separator: "\n")
        let grammar = try SentenceGrammar("# c\nassigned = this {vendor} {model} [ending {mac}] now {number}\n" + all)
        #expect(
            grammar.fragments(of: Announcement(.assigned, words))
                == ["this", "vendor-yealink", "t", "4", "6", "s", "ending", "b", "b", "0", "1", "now", "star", "1", "0"])
        #expect(grammar.fragments(of: Announcement(.assigned, .init(number: "7"))) == ["this", "now", "7"])
    }

    @Test(
        "A broken grammar says where",
        arguments: [("nonsense = a", 1), ("locked = a\ntrouble b", 2), ("locked = [a [b]]", 1), ("locked = a]", 1), ("locked = [a", 1), ("locked = a", 1)])
    func broken(text: String, line: Int) {
        let problem = #expect(throws: SentenceGrammar.Problem.self) { try SentenceGrammar(text) }
        #expect(problem?.line == line)
    }
}
