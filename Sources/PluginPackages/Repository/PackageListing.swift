// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText
public import PhonePlugins

/// How ripe a package is.
public enum PackageChannel: String, Sendable, Hashable, CaseIterable {
    case stable, testing
}

/// One version of a plugin in an index.
public struct PackageListing: Sendable, Hashable {
    /// The plugin's id.
    public let id: PluginID
    /// The package's version.
    public let version: String
    /// How ripe it is.
    public let channel: PackageChannel
    /// The manufacturer.
    public let vendor: String
    /// What it is, by language.
    public let descriptions: [String: String]
    /// The oldest provd that can serve it.
    public let minimumProvd: String?
    /// The package's path, relative to the index.
    public let file: String
    /// The package's length in bytes.
    public let size: Int
    /// The package's SHA-256 in lower-case hexadecimal.
    public let sha256: String
    /// What the models can do, by `Vendor, Model, Version`, as wazo-provd names capabilities.
    public let capabilities: JSONObject

    struct Fault: Error {
        let reason: String
    }

    init(_ entry: JSONValue) throws(Fault) {
        func text(_ name: String) throws(Fault) -> String {
            guard let text = entry[name]?.string, !text.isEmpty else { throw Fault(reason: "“\(name)” is no text") }
            return text
        }
        guard let id = PluginID(try text("id")) else { throw Fault(reason: "“id” is no plugin's id") }
        self.id = id
        version = try text("version")
        guard PackageName.isVersion(version) else { throw Fault(reason: "“version” is no version") }
        guard let channel = PackageChannel(rawValue: try text("channel")) else { throw Fault(reason: "“channel” is neither stable nor testing") }
        self.channel = channel
        vendor = try text("vendor")
        var descriptions: [String: String] = [:]
        for (language, value) in entry["description"]?.object ?? [:] { descriptions[language] = value.string }
        self.descriptions = descriptions
        minimumProvd = entry["minimum_provd"]?.string
        file = try text("file")
        // It becomes a part of a URL or of a path: nothing that means something there.
        guard PluginPath.isSafe(file), file.utf8.allSatisfy({ $0 < 0x7F && !"?#%: ".utf8.contains($0) }) else {
            throw Fault(reason: "“file” is no plain path below the index")
        }
        guard let size = entry["size"]?.int, (1...PackageLimits.packageBytes).contains(size) else {
            throw Fault(reason: "“size” is no number up to \(PackageLimits.packageBytes)")
        }
        self.size = size
        sha256 = try text("sha256")
        guard Hexadecimal.isSHA256(sha256) else { throw Fault(reason: "“sha256” is no sum of 64 lower-case hexadecimal digits") }
        capabilities = entry["capabilities"]?.object ?? [:]
    }

    var document: JSONValue {
        var document: JSONObject = [
            "id": .string(id.text), "version": .string(version), "channel": .string(channel.rawValue), "vendor": .string(vendor),
            "description": .object(JSONObject(descriptions.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
        ]
        document["minimum_provd"] = minimumProvd.map(JSONValue.string)
        document["file"] = .string(file)
        document["size"] = .int(size)
        document["sha256"] = .string(sha256)
        document["capabilities"] = .object(capabilities)
        return .object(document)
    }

    /// The description in a language, or in English.
    public func description(locale: String?) -> String {
        locale.flatMap { descriptions[$0] ?? descriptions[String($0.prefix(2))] } ?? descriptions["en"] ?? descriptions.sorted { $0.key < $1.key }.first?.value ?? ""
    }
}
