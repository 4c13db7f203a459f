// SPDX-License-Identifier: GPL-3.0-or-later

extension ManifestDecoder {
    /// The `uploads` list.
    static func uploads(_ node: ManifestNode) throws(PluginProblem) -> [UploadRule] {
        var rules: [UploadRule] = []
        for entry in try node.list(limit: PluginLimits.uploads) { rules.append(try upload(entry)) }
        return rules
    }

    private static func upload(_ node: ManifestNode) throws(PluginProblem) -> UploadRule {
        let map = try node.mapping(keys: ["path", "case", "methods", "maximum_size"])
        let pathNode = try map.required("path", "give the path to which the phone sends, for example path: \"/{mac:lower}-app.log\"")
        let path = try pattern(pathNode, ignoresCase: try ignoresCase(map["case"]))
        try checkPath(path, pathNode)
        var methods: Set<UploadRule.Method> = []
        for entry in try map["methods"]?.list(limit: 4) ?? [] { methods.insert(try entry.choice(of: UploadRule.Method.self)) }
        return UploadRule(
            path: path, methods: methods.isEmpty ? Set(UploadRule.Method.allCases) : methods,
            maximumSize: try map["maximum_size"]?.number(in: 1...PluginLimits.uploadBytes) ?? UploadRule.defaultMaximumSize, place: node.place)
    }

    /// The `tftp` mapping.
    static func tftp(_ node: ManifestNode) throws(PluginProblem) -> TFTPOptionRules {
        let map = try node.mapping(keys: ["options", "maximum_block_size", "maximum_window_size"])
        var rules = TFTPOptionRules.unlimited
        if let options = map["options"] {
            rules.options = []
            for entry in try options.list(limit: 10) { rules.options.insert(try entry.choice(of: TFTPOptionRules.Option.self)) }
        }
        // The bounds of RFC 2348 and RFC 7440.
        rules.maximumBlockSize = try map["maximum_block_size"]?.number(in: 8...65_464)
        rules.maximumWindowSize = try map["maximum_window_size"]?.number(in: 1...65_535)
        return rules
    }
}
