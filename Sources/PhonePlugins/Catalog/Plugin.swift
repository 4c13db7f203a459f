// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import Jinja
public import NetTypes

/// One loaded plugin: its manifest, its compiled patterns and templates, and the files that it serves. It never changes.
public final class Plugin: Sendable {
    /// What the plugin says of itself.
    public let manifest: PluginManifest
    /// The directory that it was loaded from.
    public let directory: String
    /// Faults that do not keep the plugin from serving, such as those of an administrator's own templates.
    public let problems: [PluginProblem]

    let staticFiles: [String: StaticFile]
    let templates: PluginTemplates
    // What is the same in every rendering is made once.
    let modelVariables: [String: JinjaValue]
    let tableVariables: JinjaDict
    let pluginVariable: JinjaValue
    let storedVariable: JinjaValue
    private let fileIndex: PatternTrie

    /// The plugin's name.
    public var id: PluginID { manifest.id }

    /// Loads the plugin in a directory.
    ///
    /// - Parameters:
    ///   - path: The directory with `plugin.yml`.
    ///   - surroundings: Where downloaded files and an administrator's own templates lie.
    /// - Throws: ``PluginProblem`` for the first thing that is wrong with it.
    public init(directory path: String, surroundings: PluginSurroundings = PluginSurroundings()) throws(PluginProblem) {
        let directory = PluginDirectory(path)
        let manifest = try directory.manifest()
        self.manifest = manifest
        self.directory = path
        do throws(PluginProblem) {
            if let needed = manifest.minimumProvd, let running = surroundings.provdVersion, compareNumerically(running, needed) < 0 {
                throw PluginProblem(
                    place: .init(file: path + "/plugin.yml"), reason: "it needs provd \(needed), and this is \(running)",
                    remedy: "upgrade provd, or install an older version of the plugin")
            }
            var files = try directory.files(below: "files", limit: PluginLimits.staticFiles)
            if let downloads = surroundings.downloads {
                let downloaded = try PluginDirectory.files(in: "\(downloads)/\(manifest.id)", limit: PluginLimits.staticFiles)
                files.merge(downloaded) { packaged, _ in packaged }
            }
            staticFiles = files
            storedVariable = Self.storedVariable(files.keys.sorted())
            tableVariables = JinjaDict(manifest.tables)
            modelVariables = Dictionary(manifest.models.map { ($0.name, $0.variable) }) { first, _ in first }
            pluginVariable = ["id": .string(manifest.id.text), "version": .string(manifest.version)]

            var problems: [PluginProblem] = []
            let own = try surroundings.templates.map { root throws(PluginProblem) in
                try PluginDirectory.files(in: "\(root)/\(manifest.id)", limit: PluginLimits.templates)
            }
            templates = try PluginTemplates(
                stock: try directory.files(below: "templates", limit: PluginLimits.templates), own: own ?? [:], tables: tableVariables,
                problems: &problems)
            self.problems = problems.map { $0.attributed(to: manifest.id) }
            fileIndex = try Self.index(manifest.files, files: files, templates: templates)
        } catch {
            throw error.attributed(to: manifest.id)
        }
    }

    /// The variable `stored`: a mapping, so that asking for a file does not take longer the more there are.
    static func storedVariable(_ files: [String]) -> JinjaValue { .dict(JinjaDict(files.map { ($0, true) })) }

    private static func index(
        _ rules: [FileRule], files: [String: StaticFile], templates: PluginTemplates
    ) throws(PluginProblem) -> PatternTrie {
        var index = PatternTrie()
        for (position, rule) in rules.enumerated() {
            index.insert(rule.path, payload: position)
            switch rule.source {
            case .file(let name) where files[name] == nil:
                throw PluginProblem(place: rule.place, reason: "files/\(name) does not exist", remedy: "add the file, or remove the rule")
            case .template(let name) where !templates.contains(name):
                throw PluginProblem(place: rule.place, reason: "templates/\(name) does not exist", remedy: "add the template, or remove the rule")
            case .file, .template, .directory: continue
            }
        }
        return index
    }

    // MARK: Files

    /// What the plugin serves under a path, or `nil` if nothing.
    ///
    /// The work grows with the path's length and not with the number of rules.
    ///
    /// - Parameters:
    ///   - path: The path, percent-decoded, with or without a slash in front. Paths with `..`, backslashes, empty parts or control
    ///     characters are served by nobody.
    ///   - protocol: The protocol by which it is asked for.
    ///   - mac: The device's address: rules whose path names another device's do not hold. `nil` to leave this to the caller.
    public func file(forPath path: String, protocol: PhoneProtocol, mac: MACAddress? = nil) -> FileMatch? {
        let relative = path.hasPrefix("/") ? path.dropFirst() : path[...]
        guard PluginPath.isSafe(relative) else { return nil }
        var search = PatternSearch("/" + relative)
        fileIndex.search(&search)
        // The first rule of the list that has something to serve.
        for hit in search.hits.sorted(by: { $0.payload < $1.payload }) {
            let rule = manifest.files[hit.payload]
            guard rule.protocols.contains(`protocol`) else { continue }
            let captures = search.captures(of: hit, named: rule.path.captureNames)
            if let mac, let named = captures["mac"], MACAddress(named) != mac { continue }
            guard let content = content(of: rule, captures) else { continue }
            return FileMatch(rule: rule, captures: captures, content: content, mediaType: rule.mediaType ?? MediaType.of(path: path))
        }
        return nil
    }

    private func content(of rule: FileRule, _ captures: [String: String]) -> FileMatch.Content? {
        switch rule.source {
        case .template(let name): .template(name)
        case .file(let name): staticFiles[name].map { .file($0) }
        case .directory(let name): captures["path"].flatMap { staticFiles["\(name)/\($0)"] }.map { .file($0) }
        }
    }

    // MARK: Support

    /// How well the plugin serves a device of its vendor.
    public func support(model: String?, version: String?) -> SupportClaim {
        let known = model.flatMap { manifest.model(named: $0) }
        guard let rule = manifest.support.first(where: { $0.holds(model: model, known: known, version: version) }) else {
            return SupportClaim(plugin: id, level: .none, why: "no support rule speaks of it")
        }
        return SupportClaim(plugin: id, level: rule.level, why: rule.words)
    }
}
