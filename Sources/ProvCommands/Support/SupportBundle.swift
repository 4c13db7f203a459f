// SPDX-License-Identifier: GPL-3.0-or-later

import Archives
import JSONText
import ProvModel

/// Files that go to somebody who helps. Whatever is added is redacted first.
struct SupportBundle {
    /// The directory in the archive.
    private static let root = "provd-support/"
    /// The longest file: of a longer one the end is what tells.
    private static let maximumLength = 8 * 1_024 * 1_024

    /// Whether hardware addresses are replaced, and names and numbers of lines left out.
    let hidesPhones: Bool

    private var pseudonyms = HardwarePseudonyms()
    private var entries: [ReproducibleTar.Entry] = []
    /// What could not be had, with the reasons.
    private(set) var missing: [String] = []

    init(hidesPhones: Bool) { self.hidesPhones = hidesPhones }

    /// The files in it, without the one that says what they are.
    var paths: [String] { entries.map { String($0.path.dropFirst(Self.root.count)) } }

    /// Adds a document, with its secrets masked.
    mutating func add(_ path: String, _ document: JSONValue) {
        let masked = SecretMask.mask(document)
        add(path, redacted: (hidesPhones ? Self.withoutPeople(masked) : masked).text(.indented) + "\n")
    }

    /// Adds a text, with what looks like a secret masked.
    mutating func add(_ path: String, text: String) { add(path, redacted: SecretText.masked(text)) }

    /// Notes that something is not in it.
    mutating func lacks(_ what: String, _ reason: String) {
        missing.append("\(what): \(hidesPhones ? pseudonyms.replaced(in: reason) : reason)")
    }

    /// The archive, a tar.gz.
    func packed() throws(ArchiveError) -> [UInt8] {
        var words = """
            What provd's appliance was like when this was made, for somebody who helps.

            Secrets are masked with \(SecretMask.text). \(hidesPhones ? "Hardware addresses are made up; those of one phone are the same everywhere." : "Hardware addresses, names and numbers are as they are.")

            """
        for path in paths { words += "    \(path)\n" }
        if !missing.isEmpty { words += "\nLeft out:\n" + missing.map { "    \($0)\n" }.joined() }
        return try ReproducibleTar.gzipped([.init(path: Self.root + "README.txt", bytes: Array(words.utf8))] + entries)
    }

    private mutating func add(_ path: String, redacted text: String) {
        let text = hidesPhones ? pseudonyms.replaced(in: text) : text
        let path = hidesPhones ? pseudonyms.replaced(in: path) : path
        entries.append(.init(path: Self.root + path, bytes: Array(text.utf8.suffix(Self.maximumLength))))
    }

    /// Members that say whose phone it is.
    private static let personal: Set<String> = ["display_name", "number", "description", "owner", "line", "hostname", "fqdn", "username"]

    /// The document without what names people. Sentences that may name somebody go too.
    private static func withoutPeople(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object):
            let namesSomebody = object["step"].map { ["assigned", "registered", "dialled"].contains($0.string ?? "") } ?? false
            return .object(
                JSONObject(
                    object.map { name, value in
                        let hides = personal.contains(name) || name == "next_step" || namesSomebody && name == "text"
                        return (name, hides && !value.isNull ? .string(SecretMask.text) : withoutPeople(value))
                    }))
        case .array(let elements): return .array(elements.map(withoutPeople))
        default: return value
        }
    }
}
