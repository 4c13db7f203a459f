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

    // MARK: Synchronisation

    /// The `synchronise` mapping.
    static func synchronisation(_ node: ManifestNode) throws(PluginProblem) -> Synchronisation {
        let methodNode = try node.mapping(keys: synchronisationKeys.values.joined().sorted() + ["method"])
            .required("method", "write method: sip-notify, http-action or none")
        guard let keys = synchronisationKeys[try methodNode.text()] else {
            throw methodNode.problem("“\(try methodNode.text())” is no method", "write sip-notify, http-action or none")
        }
        // What another method has is an error here: it would do nothing.
        let map = try node.mapping(keys: keys + ["method"])
        switch try methodNode.text() {
        case "sip-notify":
            let event = try headerText(try map.required("event", "name the event, for example event: check-sync;reboot=false"))
            return .notify(event: event, body: try notifyBody(map))
        case "http-action": return .httpAction(try httpAction(map))
        default: return .unsupported
        }
    }

    private static let synchronisationKeys: [String: [String]] = [
        "none": [], "sip-notify": ["event", "body", "content_type"],
        "http-action": ["path", "verb", "scheme", "port", "credentials", "body", "content_type"],
    ]

    private static func notifyBody(_ map: ManifestMapping) throws(PluginProblem) -> NotifyBody? {
        guard let body = map["body"] else {
            if let type = map["content_type"] { throw type.problem("a content_type without a body", "add body, or remove content_type") }
            return nil
        }
        var lines: [String] = []
        // Far more than any phone is known to read, and little enough for one datagram.
        for line in try body.list(limit: 20) { lines.append(try headerText(line)) }
        return NotifyBody(lines: lines, contentType: try mediaType(map["content_type"]) ?? "text/plain")
    }

    private static func httpAction(_ map: ManifestMapping) throws(PluginProblem) -> PhoneHTTPAction {
        let pathNode = try map.required("path", "give the path on the phone, for example path: /servlet?key=AutoP")
        let path = try headerText(pathNode)
        guard path.hasPrefix("/"), !path.contains(" ") else { throw pathNode.problem("“\(path)” is no path", "begin it with a slash, and write %20 for a space") }
        var action = PhoneHTTPAction(path: path)
        action.method = try map["verb"]?.choice(of: PhoneHTTPAction.Method.self) ?? .get
        if let scheme = map["scheme"] {
            switch try scheme.text() {
            case "http": action.isSecure = false
            case "https": action.isSecure = true
            case let other: throw scheme.problem("“\(other)” is no scheme", "write http or https")
            }
        }
        action.port = try map["port"]?.number(in: 1...65_535)
        action.credentials = try map["credentials"]?.choice(of: PhoneHTTPAction.Credentials.self) ?? .none
        if let body = map["body"] {
            guard action.method == .post else { throw body.problem("a body without verb: post", "add verb: post, or remove the body") }
            action.body = try body.text()
        }
        if let type = map["content_type"] {
            guard action.body != nil else { throw type.problem("a content_type without a body", "add body, or remove content_type") }
            action.contentType = try mediaType(type) ?? action.contentType
        }
        return action
    }

    /// A text that can stand in a header or request line.
    private static func headerText(_ node: ManifestNode) throws(PluginProblem) -> String {
        let text = try node.nonEmptyText()
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
            throw node.problem("characters other than printable ASCII", "remove them: the text becomes part of a request")
        }
        return text
    }

    // MARK: Directory services

    /// The `phonebook` mapping.
    static func phonebook(_ node: ManifestNode) throws(PluginProblem) -> PhonebookService {
        let map = try node.mapping(keys: ["vendor", "entry", "query"])
        return PhonebookService(
            vendor: try urlPart(try map.required("vendor", "give the name under which the directory service knows the phones, such as yealink")),
            entry: try map["entry"].map { entry throws(PluginProblem) in try urlPart(entry) } ?? PhonebookService.defaultEntry,
            query: try map["query"].map { query throws(PluginProblem) in try headerText(query) })
    }

    private static func urlPart(_ node: ManifestNode) throws(PluginProblem) -> String {
        let text = try node.nonEmptyText()
        guard text.utf8.allSatisfy({ isASCIIAlphanumeric($0) || "-._~".utf8.contains($0) }) else {
            throw node.problem("“\(text)” cannot stand in a URL as it is", "use letters, digits, “-”, “.”, “_” and “~”")
        }
        return text
    }
}
