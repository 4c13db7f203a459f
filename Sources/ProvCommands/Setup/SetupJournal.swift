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
    private static let directory = "/var/lib/provd-setup"

    /// Values of configs by id and key, as they were; `nil` where there was none.
    typealias Configs = [String: [String: String?]]

    /// One set-up.
    private struct Page: Codable {
        let files: [Entry]
        let configs: Configs
    }

    private let file: String
    private let entries: [Entry]
    /// What undoing puts back in configs.
    let configs: Configs

    /// The files that undoing puts back.
    var paths: [String] { entries.map(\.path) }

    /// Notes how files and configs are now.
    static func keep(_ paths: [String], configs: Configs) throws {
        let manager = FileManager.default
        let entries = paths.map { path in
            let attributes = try? manager.attributesOfItem(atPath: path)
            return Entry(
                path: path, contents: manager.contents(atPath: path), mode: attributes?[.posixPermissions] as? Int ?? 0o640,
                group: attributes?[.groupOwnerAccountID] as? Int ?? 0)
        }
        try manager.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let names = try all()
        for old in names.dropLast(capacity - 1) { try manager.removeItem(atPath: directory + "/" + old) }
        let number = names.last.flatMap { Int($0.prefix { $0 != "." }) } ?? 0
        // Contents can be secret: nobody else reads them.
        let name = String(repeating: "0", count: max(0, 6 - String(number + 1).count)) + "\(number + 1).json"
        guard manager.createFile(atPath: "\(directory)/\(name)", contents: try JSONEncoder().encode(Page(files: entries, configs: configs)), attributes: [.posixPermissions: 0o600]) else {
            throw APIClient.Failure(description: "\(directory) cannot be written: run this as root")
        }
    }

    /// What was kept last, or `nil`.
    static func last() throws -> SetupJournal? {
        guard let name = try all().last, let data = FileManager.default.contents(atPath: directory + "/" + name) else { return nil }
        let page = try JSONDecoder().decode(Page.self, from: data)
        return SetupJournal(file: directory + "/" + name, entries: page.files, configs: page.configs)
    }

    /// Puts the files back.
    func undo() throws {
        for entry in entries {
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

    private static func all() throws -> [String] {
        guard FileManager.default.fileExists(atPath: directory) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".json") }.sorted()
    }
}
