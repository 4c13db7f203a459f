// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes

/// An entry of the `identify` list of a test file: a request, and who sent it.
struct IdentifyTest {
    let request: PhoneRequest
    let expected: PhoneIdentity
    let level: SupportLevel?

    init(_ node: ManifestNode) throws(PluginProblem) {
        let map = try node.mapping(keys: ["request", "is", "level"])
        let request = try map.required("request", "describe the request").mapping(keys: ["protocol", "mac"] + PatternField.allCases.map(\.rawValue))
        let proto = try request.required("protocol", "say http, tftp, dhcp or sip").choice(of: PhoneProtocol.self)
        var made = PhoneRequest(protocol: proto)
        for field in PatternField.allCases {
            if let text = try request[field.rawValue]?.text() { made.set(field, to: text) }
        }
        made.mac = (try request["mac"]?.text()).flatMap { MACAddress($0) }
        self.request = made
        var expected = PhoneIdentity()
        for member in try map["is"]?.members() ?? [] {
            guard let key = IdentityKey(rawValue: member.name) else {
                throw PluginProblem(
                    place: member.place, reason: "“\(member.name)” is nothing that a phone can be known by",
                    remedy: "use \(IdentityKey.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            expected[key] = try member.value.text()
        }
        self.expected = expected
        level = try map["level"].map { node throws(PluginProblem) in
            guard let level = SupportLevel(try node.text()) else { throw node.problem("“\(try node.text())” is no level", "see support") }
            return level
        }
    }

    /// The request in a few words.
    var name: String {
        ([request.protocol.rawValue] + PatternField.allCases.compactMap { request.text(of: $0) }).joined(separator: " ")
    }
}

/// An entry of the `render` list of a test file: a device and its configuration, and what its file must look like.
struct RenderTest {
    /// Where a test's phones find the server unless the test says otherwise (an address for documentation, RFC 5737).
    private static let server = "192.0.2.1"

    let name: String
    let path: String
    let context: RenderContext
    let mustFail: Bool
    private let contains: [String]
    private let lacks: [String]
    private let goldenNode: ManifestNode?
    let place: PluginProblem.Place

    init(_ node: ManifestNode, directory: String) throws(PluginProblem) {
        let map = try node.mapping(keys: [
            "name", "file", "device", "raw_config", "raw_config_file", "request", "stored", "contains", "lacks", "golden", "fails",
        ])
        name = try map.required("name", "name the test").text()
        path = try map.required("file", "say which path the phone asks for").text()
        mustFail = try map["fails"]?.flag() ?? false
        contains = try Self.texts(map["contains"])
        lacks = try Self.texts(map["lacks"])
        goldenNode = map["golden"]
        place = node.place

        let request = try map["request"]?.mapping(keys: ["protocol", "server", "path", "user_agent"])
        var context = RenderContext(
            device: try Self.device(map["device"]), rawConfig: try Self.rawConfig(map, directory),
            request: RenderContext.Request(
                protocol: try request?["protocol"]?.choice(of: PhoneProtocol.self) ?? .http, server: try request?["server"]?.text() ?? Self.server,
                path: try request?["path"]?.text() ?? path, userAgent: try request?["user_agent"]?.text()))
        context.storedFiles = try Self.texts(map["stored"])
        self.context = context
    }

    private static func texts(_ node: ManifestNode?) throws(PluginProblem) -> [String] {
        var texts: [String] = []
        for entry in try node?.list(limit: 1000) ?? [] { texts.append(try entry.text()) }
        return texts
    }

    /// A device document; versions and serial numbers stay text, even if they look like numbers.
    private static func device(_ node: ManifestNode?) throws(PluginProblem) -> JSONObject {
        var device = JSONObject()
        for member in try node?.members() ?? [] {
            if case .scalar(let text, _) = member.value.content, !member.value.isEmpty {
                device[member.name] = .string(text)
            } else {
                device[member.name] = member.value.json
            }
        }
        return device
    }

    private static func rawConfig(_ map: ManifestMapping, _ directory: String) throws(PluginProblem) -> JSONObject {
        var raw = JSONObject()
        if let file = map["raw_config_file"] {
            let path = directory + "/" + (try ManifestDecoder.relativePath(file))
            let bytes = try PluginDirectory.read(path, limit: PluginLimits.testBytes)
            do {
                raw = try JSONValue(parsing: bytes).object ?? [:]
            } catch {
                throw PluginProblem(place: .init(file: path), reason: error.description, remedy: "correct the file")
            }
        }
        for (name, value) in try map["raw_config"]?.jsonObject() ?? [:] { raw[name] = value }
        if raw["http_base_url"] == nil { raw["http_base_url"] = .string("http://\(server):8667") }
        return raw
    }

    /// The path of the expected file, if the test names one.
    func goldenPath(in directory: String) throws(PluginProblem) -> String? {
        try goldenNode.map { node throws(PluginProblem) in directory + "/" + (try ManifestDecoder.relativePath(node)) }
    }

    /// What is wrong with the rendered bytes, or `nil` if nothing is.
    ///
    /// - Parameter golden: The expected file with its path, if the test names one.
    func problem(with bytes: [UInt8], charset: FileRule.Charset, golden: (path: String, bytes: [UInt8])?) -> String? {
        let text =
            switch charset {
            case .utf8: String(decoding: bytes, as: UTF8.self)
            case .latin1: String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) }))
            }
        if let missing = contains.first(where: { !text.contains($0) }) { return "it lacks “\(missing)”" }
        if let present = lacks.first(where: { text.contains($0) }) { return "it contains “\(present)”" }
        guard let golden else { return nil }
        return UnifiedDifference.describe(expected: golden.bytes, actual: bytes, old: golden.path, new: "rendered")
            .map { "it differs from its golden file:\n" + $0 }
    }
}
