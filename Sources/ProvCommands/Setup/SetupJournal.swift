// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// What was on this machine before a set-up, so that the set-up can be undone.
struct SetupJournal {
    /// A file as it was.
    private struct Entry: Codable {
        let path: String
        /// `nil` if there was none.
        let contents: Data?
        let mode: Int
        let group: Int
    }

    /// The most set-ups that can be undone, one after the other.
    private static let capacity = 20
    static let usualDirectory = "/var/lib/provd-setup"

    /// Values of configs by id and key, as they were; `nil` where there was none.
    typealias Configs = [String: [String: String?]]

    /// A unit of systemd as it was, which the set-up starts or stops.
    struct Unit: Codable, Equatable {
        let name: String
        let isEnabled: Bool
        let isActive: Bool
    }

    /// One set-up.
    private struct Page: Codable {
        let files: [Entry]
        var configs: Configs
        // Those of earlier versions have neither.
        var units: [Unit]?
        var lines: [String]?
    }

    private let file: String
    private var page: Page

    /// The files that undoing changes.
    var paths: [String] { page.files.filter { FileManager.default.contents(atPath: $0.path) != $0.contents }.map(\.path) }
    /// What undoing puts back in configs.
    var configs: Configs { page.configs }
    /// The units that undoing lets do what they did.
    var units: [Unit] { page.units ?? [] }
    /// The ids of the lines that the set-up added.
    var lines: [String] { page.lines ?? [] }

    /// Notes how files, configs and units are now.
    static func keep(_ paths: [String], configs: Configs, units: [Unit], directory: String = usualDirectory) throws -> SetupJournal {
        let manager = FileManager.default
        let entries = paths.map { path in
            let attributes = try? manager.attributesOfItem(atPath: path)
            return Entry(
                path: path, contents: manager.contents(atPath: path), mode: attributes?[.posixPermissions] as? Int ?? 0o640,
                group: attributes?[.groupOwnerAccountID] as? Int ?? 0)
        }
        try manager.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let names = try all(directory)
        for old in names.dropLast(capacity - 1) { try manager.removeItem(atPath: directory + "/" + old) }
        let number = names.last.flatMap { Int($0.prefix { $0 != "." }) } ?? 0
        // Contents can be secret: nobody else reads them.
        let name = String(repeating: "0", count: max(0, 6 - String(number + 1).count)) + "\(number + 1).json"
        let journal = SetupJournal(file: "\(directory)/\(name)", page: Page(files: entries, configs: configs, units: units))
        try journal.write()
        return journal
    }

    /// Notes how configs are before they change, where it could not be known when the set-up began.
    mutating func note(configs: Configs) throws {
        page.configs.merge(configs) { earlier, _ in earlier }
        try write()
    }

    /// Notes lines that were added.
    mutating func note(lines: [String]) throws {
        page.lines = self.lines + lines
        try write()
    }

    /// What was kept last, or `nil`.
    static func last(directory: String = usualDirectory) throws -> SetupJournal? {
        guard let name = try all(directory).last, let data = FileManager.default.contents(atPath: directory + "/" + name) else { return nil }
        return SetupJournal(file: directory + "/" + name, page: try JSONDecoder().decode(Page.self, from: data))
    }

    /// Puts the files back.
    func undo() throws {
        for entry in page.files {
            guard let contents = entry.contents else {
                try? FileManager.default.removeItem(atPath: entry.path)
                continue
            }
            guard
                FileManager.default.createFile(
                    atPath: entry.path, contents: contents, attributes: [.posixPermissions: entry.mode, .groupOwnerAccountID: entry.group])
            else { throw APIClient.Failure(description: "\(entry.path) cannot be written: run this as root") }
        }
        try FileManager.default.removeItem(atPath: file)
    }

    private func write() throws {
        let part = file + ".new", manager = FileManager.default
        try? manager.removeItem(atPath: part)
        guard manager.createFile(atPath: part, contents: try JSONEncoder().encode(page), attributes: [.posixPermissions: 0o600]), unsafe rename(part, file) == 0 else {
            throw APIClient.Failure(description: "\(file) cannot be written: run this as root")
        }
    }

    private static func all(_ directory: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: directory) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".json") }.sorted()
    }
}
