// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Jinja
import Testing

/// A case of the conformance corpus; `scripts/jinja-corpus` describes the files.
struct CorpusCase: CustomTestStringConvertible {
    let file: String
    let name: String
    var templates: [String: String]
    let options: JinjaOptions
    /// What Jinja2 puts out; `nil` where it refuses.
    let output: String?

    var testDescription: String { "\(file): \(name)" }

    var environment: JinjaEnvironment { JinjaEnvironment(loader: DictionaryLoader(templates), options: options) }
}

/// The committed corpus.
enum Corpus {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/corpus")

    static let context: JinjaContext = {
        guard let value = try? JinjaValue(json: bytes(of: "context.json")), let dict = value.dictValue else { return [:] }
        return JinjaContext(dict)
    }()

    static let cases: [CorpusCase] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted().flatMap { cases(of: String($0.dropLast(4))) }
    }()

    private static func bytes(of file: String) -> [UInt8] {
        ((try? Data(contentsOf: folder.appending(path: file))) ?? Data()).map { $0 }
    }

    private static func cases(of file: String) -> [CorpusCase] {
        let expected = (try? JinjaValue(json: bytes(of: file + ".expected.json")))?.dictValue ?? [:]
        var drafts: [Draft] = []
        for line in String(decoding: bytes(of: file + ".txt"), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("## ") {
                drafts.append(Draft(name: String(line.dropFirst(3))))
            } else if line.hasPrefix("#: "), !drafts.isEmpty {
                drafts[drafts.count - 1].read(directive: String(line.dropFirst(3)))
            } else if !drafts.isEmpty {
                drafts[drafts.count - 1].append(line: String(line))
            }
        }
        return drafts.map { draft in
            CorpusCase(
                file: file, name: draft.name, templates: draft.templates, options: draft.jinjaOptions,
                output: expected[draft.name]?.dictValue?["output"]?.stringValue)
        }
    }

    private struct Draft {
        let name: String
        private var lines: [String: [String]] = ["main": []]
        private var current = "main"
        private var options = JinjaDict()
        private var replacements = JinjaDict()

        init(name: String) { self.name = name }

        mutating func append(line: String) { lines[current, default: []].append(line) }

        mutating func read(directive: String) {
            let parts = directive.split(separator: " ", maxSplits: 1).map { String($0) }
            if parts[0] == "file" {
                current = parts[1]
                lines[current] = []
                return
            }
            let value = (try? JinjaValue(json: Array(parts[1].utf8)))?.dictValue ?? [:]
            if parts[0] == "options" { options = value } else { replacements = value }
        }

        var templates: [String: String] {
            lines.mapValues { lines in
                var text = lines.joined(separator: "\n")
                for (old, new) in zip(replacements.keys, replacements.values) {
                    text = text.replacingOccurrences(of: old.stringValue ?? "", with: new.stringValue ?? "")
                }
                return text
            }
        }

        var jinjaOptions: JinjaOptions {
            func flag(_ name: String) -> Bool { options[name]?.intValue == 1 }
            let undefined: JinjaOptions.UndefinedBehavior =
                switch options["undefined"]?.stringValue {
                case "strict": .strict
                case "chainable": .chainable
                default: .lenient
                }
            return JinjaOptions(
                trimBlocks: flag("trim_blocks"), lstripBlocks: flag("lstrip_blocks"),
                keepsTrailingNewline: flag("keep_trailing_newline"), undefined: undefined, allowsDo: flag("do"),
                escaping: flag("autoescape") ? .html : .none)
        }
    }
}
