// SPDX-License-Identifier: GPL-3.0-or-later

extension ManifestDecoder {
    /// The `files` list.
    static func files(_ node: ManifestNode) throws(PluginProblem) -> [FileRule] {
        var rules: [FileRule] = []
        for entry in try node.list(limit: PluginLimits.files) { rules.append(try file(entry)) }
        return rules
    }

    private static func file(_ node: ManifestNode) throws(PluginProblem) -> FileRule {
        let map = try node.mapping(keys: [
            "path", "case", "protocols", "template", "static", "directory", "media_type", "charset", "format", "scope", "sensitive", "trigger",
            "post",
        ])
        let pathNode = try map.required("path", "give the path that the phone asks for, for example path: \"/{mac:lower}.cfg\"")
        let path = try pattern(pathNode, ignoresCase: try ignoresCase(map["case"]))
        try checkPath(path, pathNode)

        let source = try source(map, node)
        let takesPath = path.elements.contains(.placeholder(.path))
        if case .directory = source, !path.captureNames.contains("path") {
            throw pathNode.problem("the path of a directory has no {path}", "write {path} where the file's name within the directory stands")
        } else if case .file = source, takesPath {
            throw pathNode.problem("{path} in the path of one file", "use directory: instead of static:, or another placeholder")
        }
        let isTemplate = if case .template = source { true } else { false }
        for key in ["charset", "format"] where !isTemplate {
            if let value = map[key] { throw value.problem("“\(key)” is only for templates", "remove it: other files are served as they are") }
        }
        if isTemplate, map["format"] == nil {
            throw node.problem(
                "“format” is missing", "say what values are escaped for: \(FileRule.Format.allCases.map(\.rawValue).joined(separator: ", "))")
        }

        let protocols = try protocols(map["protocols"])
        let isPostable = try map["post"]?.flag() ?? false
        if isPostable, !protocols.contains(.http), let value = map["post"] {
            throw value.problem("“post” is only for HTTP", "add http to the protocols, or remove it")
        }
        return FileRule(
            path: path,
            protocols: protocols,
            source: source,
            mediaType: try mediaType(map["media_type"]),
            charset: try map["charset"]?.choice(of: FileRule.Charset.self) ?? .utf8,
            format: try map["format"]?.choice(of: FileRule.Format.self) ?? .none,
            scope: try map["scope"]?.choice(of: FileRule.Scope.self) ?? (isTemplate ? .device : .common),
            isSensitive: try map["sensitive"]?.flag() ?? false,
            isTrigger: try map["trigger"]?.flag() ?? false,
            isPostable: isPostable,
            place: node.place)
    }

    private static func source(_ map: ManifestMapping, _ node: ManifestNode) throws(PluginProblem) -> FileRule.Source {
        switch (map["template"], map["static"], map["directory"]) {
        case (let name?, nil, nil): return .template(try relativePath(name))
        case (nil, let name?, nil): return .file(try relativePath(name))
        case (nil, nil, let name?): return .directory(try relativePath(name))
        default: throw node.problem("a file needs one source", "give exactly one of template, static and directory")
        }
    }

    /// A path within the plugin.
    static func relativePath(_ node: ManifestNode) throws(PluginProblem) -> String {
        let text = try node.nonEmptyText()
        guard PluginPath.isSafe(text) else {
            throw node.problem("“\(text)” is no path within the plugin", "write names joined by slashes, without “..” and without a slash in front")
        }
        return text
    }

    private static func protocols(_ node: ManifestNode?) throws(PluginProblem) -> Set<PhoneProtocol> {
        guard let node else { return [.http, .tftp] }
        var protocols: Set<PhoneProtocol> = []
        for entry in try node.list(limit: 4) {
            let proto = try entry.choice(of: PhoneProtocol.self)
            guard proto == .http || proto == .tftp else { throw entry.problem("files are not served by \(proto.rawValue)", "use http and tftp") }
            protocols.insert(proto)
        }
        guard !protocols.isEmpty else { throw node.problem("no protocol", "use http and tftp, or remove the key for both") }
        return protocols
    }

    static func mediaType(_ node: ManifestNode?) throws(PluginProblem) -> String? {
        guard let node else { return nil }
        let text = try node.nonEmptyText()
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isToken = { (part: Substring) in
            !part.isEmpty && part.utf8.allSatisfy { isASCIIAlphanumeric($0) || "!#$&-^_.+".utf8.contains($0) }
        }
        guard parts.count == 2, parts.allSatisfy(isToken) else {
            throw node.problem("“\(text)” is no media type", "write type/subtype, for example text/plain; the charset has a key of its own")
        }
        return text
    }
}
