// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

@testable import PhonePlugins

/// A directory of plugins for one test, removed afterwards.
struct PluginFolder {
    let path: String

    static func with<Result>(_ files: [String: String], _ body: (PluginFolder) throws -> Result) throws -> Result {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("provd-plugins-\(UUID().uuidString)")
        let folder = PluginFolder(path: url.resolvingSymlinksInPath().path)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        for (name, text) in files { try folder.write(name, text) }
        return try body(folder)
    }

    func write(_ name: String, _ text: String) throws {
        let url = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func link(_ name: String, to destination: String) throws {
        try FileManager.default.createDirectory(
            at: URL(fileURLWithPath: path + "/" + name).deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: path + "/" + name, withDestinationPath: destination)
    }

    func load(_ surroundings: PluginSurroundings = PluginSurroundings()) -> (catalog: PluginCatalog, problems: [PluginProblem]) {
        PluginCatalog.load(directory: path, surroundings: surroundings)
    }
}

/// Manifests for tests.
enum Manifests {
    /// A small plugin that recognises phones by user agent and path, and serves one template.
    static func acme(id: String = "acme-1", vendor: String = "Acme", extra: String = "") -> String {
        """
        id: \(id)
        version: 1.0.0
        vendor: \(vendor)
        models:
          One: {version: 1.2.3, lines: 2, aliases: [AC-1]}
        patterns:
          http:
            - user_agent: "\(vendor) {model} {version} {mac}"
              claims: {vendor: \(vendor)}
              samples:
                - {text: "\(vendor) one 1.2.3 000000000001", gives: {vendor: \(vendor), model: One, version: 1.2.3, mac: "00:00:00:00:00:01"}}
            - path: "/{mac:lower}.cfg"
              oui: ["00:00:00"]
              claims: {vendor: \(vendor)}
              samples:
                - {text: /000000000001.cfg, gives: {vendor: \(vendor), mac: "00:00:00:00:00:01"}}
        files:
          - {path: "/{mac:lower}.cfg", template: device.cfg.j2, media_type: text/plain, format: key-value, sensitive: true, trigger: true}
          - {path: "/firmware/{path}", directory: firmware}
        \(extra)
        """
    }

    /// The manifest read without files.
    static func decode(_ text: String, common: String? = nil) throws(PluginProblem) -> PluginManifest {
        let own = try ManifestReader.read(Array(text.utf8), file: "plugin.yml")
        let fragment = try common.map { text throws(PluginProblem) in try ManifestReader.read(Array(text.utf8), file: "common.yml") }
        return try ManifestDecoder.decode(own, common: fragment)
    }
}
