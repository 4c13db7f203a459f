// SPDX-License-Identifier: GPL-3.0-or-later

/// One loaded plugin: its manifest, its compiled patterns and templates, and the files that it serves. It never changes.
public final class Plugin: Sendable {
    /// What the plugin says of itself.
    public let manifest: PluginManifest
    /// The directory that it was loaded from.
    public let directory: String
    let staticFiles: [String: StaticFile]
    private let fileIndex: PatternTrie

    /// The plugin's name.
    public var id: PluginID { manifest.id }

    /// Loads the plugin in a directory.
    ///
    /// - Throws: ``PluginProblem`` for the first thing that is wrong with it.
    public init(directory path: String) throws(PluginProblem) {
        let directory = PluginDirectory(path)
        let (file, limit) = directory.manifest
        let own = try ManifestReader.read(try PluginDirectory.read(file, limit: limit), file: file)
        let common = try directory.fragment.map { file throws(PluginProblem) in
            try ManifestReader.read(try PluginDirectory.read(file, limit: limit), file: file)
        }
        manifest = try ManifestDecoder.decode(own, common: common)
        self.directory = path
        do throws(PluginProblem) {
            staticFiles = try directory.files(below: "files", limit: PluginLimits.staticFiles)
            var index = PatternTrie()
            for (position, rule) in manifest.files.enumerated() {
                index.insert(rule.path, payload: position)
                if case .file(let name) = rule.source, staticFiles[name] == nil {
                    throw PluginProblem(place: rule.place, reason: "files/\(name) does not exist", remedy: "add the file, or remove the rule")
                }
            }
            fileIndex = index
        } catch {
            var problem = error
            problem.plugin = manifest.id
            throw problem
        }
    }

    /// What the plugin serves under a path, or `nil` if nothing.
    ///
    /// The work grows with the path's length and not with the number of rules.
    ///
    /// - Parameter path: The path, percent-decoded, with or without a slash in front. Paths with `..`, backslashes, empty parts or control
    ///   characters are served by nobody.
    public func file(forPath path: String, protocol: PhoneProtocol) -> FileMatch? {
        let relative = path.hasPrefix("/") ? path.dropFirst() : path[...]
        guard PluginPath.isSafe(relative) else { return nil }
        var search = PatternSearch("/" + relative)
        fileIndex.search(&search)
        // The first rule of the list that has something to serve.
        for hit in search.hits.sorted(by: { $0.payload < $1.payload }) {
            let rule = manifest.files[hit.payload]
            guard rule.protocols.contains(`protocol`) else { continue }
            let captures = search.captures(of: hit, named: rule.path.captureNames)
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

    /// How well the plugin serves a device of its vendor.
    public func support(model: String?, version: String?) -> SupportClaim {
        let known = model.flatMap { manifest.model(named: $0) }
        guard let rule = manifest.support.first(where: { $0.holds(model: model, known: known, version: version) }) else {
            return SupportClaim(plugin: id, level: .none, why: "no support rule speaks of it")
        }
        return SupportClaim(plugin: id, level: rule.level, why: rule.words)
    }
}
