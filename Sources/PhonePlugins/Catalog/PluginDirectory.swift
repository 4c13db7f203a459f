// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// A plugin's directory with that of its family: reading what lies in them and nothing else.
package struct PluginDirectory {
    /// The plugin's own directory first, then the family's.
    let roots: [String]

    /// The family's part of the manifest.
    private let fragment: String?

    /// Opens the directory of a plugin; `common/` beside it belongs to it if it holds `common.yml`. In a package `common.yml` lies
    /// beside `plugin.yml`, and the family's files among the plugin's own.
    init(_ path: String) {
        let common = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("common").path
        if Self.exists(path + "/common.yml") {
            roots = [path]
            fragment = path + "/common.yml"
        } else if Self.exists(common + "/common.yml") {
            roots = [path, common]
            fragment = common + "/common.yml"
        } else {
            roots = [path]
            fragment = nil
        }
    }

    /// Everything of a plugin that a package of it holds, by its path there: the manifest, the family's part of it, templates and
    /// files. The plugin's own hide those of the family.
    package static func packageContents(of path: String) throws(PluginProblem) -> [String: String] {
        let directory = PluginDirectory(path)
        var contents = ["plugin.yml": path + "/plugin.yml"]
        if let fragment = directory.fragment { contents["common.yml"] = fragment }
        for (subdirectory, limit) in [("files", PluginLimits.staticFiles), ("templates", PluginLimits.templates)] {
            for (name, file) in try directory.files(below: subdirectory, limit: limit) { contents["\(subdirectory)/\(name)"] = file.path }
        }
        return contents
    }

    /// Reads the manifest, with the family's fragment under it.
    func manifest() throws(PluginProblem) -> PluginManifest {
        func read(_ file: String) throws(PluginProblem) -> ManifestNode {
            try ManifestReader.read(try Self.read(file, limit: PluginLimits.manifestBytes), file: file)
        }
        let common = try fragment.map { file throws(PluginProblem) in try read(file) }
        return try ManifestDecoder.decode(try read(roots[0] + "/plugin.yml"), common: common)
    }

    /// The files below a subdirectory by their relative path; the plugin's own hide those of the family.
    ///
    /// - Throws: ``PluginProblem`` for links that lead out, and for more files than a plugin may have.
    func files(below subdirectory: String, limit: Int) throws(PluginProblem) -> [String: StaticFile] {
        var found: [String: StaticFile] = [:]
        for root in roots.reversed() {
            let top = Self.resolved(root)
            let start = root + "/" + subdirectory
            guard FileManager.default.fileExists(atPath: start) else { continue }
            try Self.collect(start, prefix: "", top: top, depth: 0, limit: limit, into: &found)
        }
        return found
    }

    /// The files in a directory by their relative path; none if it does not exist.
    static func files(in directory: String, limit: Int) throws(PluginProblem) -> [String: StaticFile] {
        var found: [String: StaticFile] = [:]
        guard exists(directory) else { return found }
        try collect(directory, prefix: "", top: resolved(directory), depth: 0, limit: limit, into: &found)
        return found
    }

    /// Reads a file of bounded length.
    static func read(_ path: String, limit: Int) throws(PluginProblem) -> [UInt8] {
        let place = PluginProblem.Place(file: path)
        let handle: FileHandle
        let data: Data
        do {
            handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            data = try handle.read(upToCount: limit + 1) ?? Data()
        } catch {
            throw PluginProblem(place: place, reason: "cannot be read", remedy: "check that the file exists and that provd may read it")
        }
        guard data.count <= limit else { throw PluginProblem(place: place, reason: "more than \(limit) bytes", remedy: "shorten it") }
        return [UInt8](data)
    }

    /// The names in a directory, hidden ones left out, in the order that people expect.
    static func names(in path: String) throws(PluginProblem) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }
                .sorted { compareNumerically($0, $1) < 0 }
        } catch {
            throw PluginProblem(
                place: .init(file: path), reason: "cannot be listed", remedy: "check that the directory exists and that provd may read it")
        }
    }

    static func isDirectory(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: resolved(path))
        return attributes?[.type] as? FileAttributeType == .typeDirectory
    }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    private static func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

    private static func collect(
        _ directory: String, prefix: String, top: String, depth: Int, limit: Int, into found: inout [String: StaticFile]
    ) throws(PluginProblem) {
        guard depth < 10 else {
            throw PluginProblem(place: .init(file: directory), reason: "nested deeper than 10 directories", remedy: "flatten it")
        }
        for name in try names(in: directory) {
            let path = directory + "/" + name
            let real = resolved(path)
            guard real.hasPrefix(top + "/") else {
                throw PluginProblem(place: .init(file: path), reason: "a link that leads out of the plugin", remedy: "put the file itself there")
            }
            let relative = prefix + name
            if isDirectory(path) {
                try collect(path, prefix: relative + "/", top: top, depth: depth + 1, limit: limit, into: &found)
            } else {
                let size = (try? FileManager.default.attributesOfItem(atPath: real)[.size] as? Int) ?? 0
                found[relative] = StaticFile(path: real, size: size)
                guard found.count <= limit else {
                    throw PluginProblem(place: .init(file: directory), reason: "more than \(limit) files", remedy: "split the plugin")
                }
            }
        }
    }
}
