// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// A directory for one test, removed afterwards.
struct WorkFolder {
    let path: String

    static func with<Result>(_ files: [String: String] = [:], _ body: (WorkFolder) throws -> Result) throws -> Result {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("provd-authoring-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        let folder = WorkFolder(path: url.resolvingSymlinksInPath().path)
        for (name, text) in files { try folder.write(name, text) }
        return try body(folder)
    }

    func write(_ name: String, _ text: String) throws {
        let url = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func read(_ name: String) throws -> String { try String(contentsOfFile: path + "/" + name, encoding: .utf8) }

    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))) }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }
}

/// The top of the repository.
let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

/// Pages of the documentation that tests go by.
enum TextOfPage {
    static func plugins() throws -> String { try String(contentsOfFile: repository + "/docs/plugins.md", encoding: .utf8) }
}
