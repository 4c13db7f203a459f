// SPDX-License-Identifier: GPL-3.0-or-later

extension ManifestDecoder {
    /// The `firmware_packages` list.
    static func firmwarePackages(_ node: ManifestNode) throws(PluginProblem) -> [FirmwarePackage] {
        var packages: [FirmwarePackage] = []
        for entry in try node.list(limit: PluginLimits.firmwarePackages) {
            let package = try firmwarePackage(entry)
            guard !packages.contains(where: { $0.id == package.id }) else {
                throw entry.problem("two firmware packages are called “\(package.id)”", "give one of them another id")
            }
            packages.append(package)
        }
        return packages
    }

    private static func firmwarePackage(_ node: ManifestNode) throws(PluginProblem) -> FirmwarePackage {
        let map = try node.mapping(keys: ["id", "version", "description", "models", "files", "place"])
        let idNode = try map.required("id", "name the package")
        guard let id = PluginID(try idNode.text()) else {
            throw idNode.problem("“\(try idNode.text())” cannot name a package", "use letters, digits, “.”, “-” and “_”")
        }
        var descriptions: [String: String] = [:]
        if let description = map["description"] {
            if case .scalar(let text, _) = description.content {
                descriptions["en"] = text
            } else {
                descriptions = try self.descriptions(description)
            }
        }
        var models: [String] = []
        for model in try map["models"]?.list(limit: PluginLimits.models) ?? [] { models.append(try model.nonEmptyText()) }
        var files: [FirmwarePackage.File] = []
        for file in try map.required("files", "list the files to download").list(limit: 100) { files.append(try firmwareFile(file)) }
        var steps: [FirmwarePackage.Step] = []
        for step in try map["place"]?.list(limit: 100) ?? [] { steps.append(try firmwareStep(step)) }
        return FirmwarePackage(
            id: id.text, version: try map.required("version", "give the manufacturer's version").nonEmptyText(), descriptions: descriptions,
            models: models, files: files, steps: steps)
    }

    private static func firmwareFile(_ node: ManifestNode) throws(PluginProblem) -> FirmwarePackage.File {
        let map = try node.mapping(keys: ["name", "url", "size", "sha1", "sha256"])
        let name = try fileName(try map.required("name", "name the file"))
        if let url = map["url"] {
            let text = try url.text()
            guard text.hasPrefix("https://") || text.hasPrefix("http://"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw url.problem("“\(text)” is no URL", "write https://… with other characters percent-encoded")
            }
        }
        let checksum: FirmwarePackage.Checksum
        switch (map["sha256"], map["sha1"]) {
        case (let digits?, nil): checksum = .sha256(try hexadecimal(digits, count: 64))
        case (nil, let digits?): checksum = .sha1(try hexadecimal(digits, count: 40))
        default: throw node.problem("a file needs one checksum", "give sha256, or sha1 if the manufacturer gives no other")
        }
        return FirmwarePackage.File(
            name: name, url: try map["url"]?.text(),
            size: try map.required("size", "give the length in bytes").number(in: 0...(8 << 30)), checksum: checksum)
    }

    private static func fileName(_ node: ManifestNode) throws(PluginProblem) -> String {
        let name = try node.text()
        guard PluginPath.isSafe(name), !name.contains("/") else { throw node.problem("“\(name)” is no file name", "write a name without slashes") }
        return name
    }

    private static func hexadecimal(_ node: ManifestNode, count: Int) throws(PluginProblem) -> String {
        let text = try node.text().lowercased()
        guard text.utf8.count == count, text.utf8.allSatisfy(isLowerHexadecimal) else {
            throw node.problem("“\(text)” is no checksum of this kind", "write \(count) hexadecimal digits")
        }
        return text
    }

    private static func firmwareStep(_ node: ManifestNode) throws(PluginProblem) -> FirmwarePackage.Step {
        let map = try node.mapping(keys: ["from", "unpack", "members", "to", "as"])
        var sources: [String] = []
        for source in try map["from"]?.list(limit: 100) ?? [] { sources.append(try relativePath(source)) }
        var members: [String] = []
        for member in try map.required("members", "say which files, for example members: [\"*.rom\"]").list(limit: 100) {
            members.append(try relativePath(member))
        }
        let destination = try map.required("to", "say into which directory below files/")
        let text = try destination.text()
        guard text.hasSuffix("/"), PluginPath.isSafe(text.dropLast()) else {
            throw destination.problem("“\(text)” is no directory within the plugin", "write a name with a slash at its end: firmware/")
        }
        return FirmwarePackage.Step(
            sources: sources, unpack: try map["unpack"].map { node throws(PluginProblem) in try archives(node) } ?? [], members: members,
            destination: text, newName: try map["as"].map { name throws(PluginProblem) in try fileName(name) })
    }

    /// `none`, one kind of archive, or a list of kinds for archives in archives.
    private static func archives(_ node: ManifestNode) throws(PluginProblem) -> [FirmwarePackage.Step.Archive] {
        guard case .list = node.content else {
            if case .scalar("none", _) = node.content { return [] }
            return [try node.choice(of: FirmwarePackage.Step.Archive.self)]
        }
        var archives: [FirmwarePackage.Step.Archive] = []
        // More than three deep nobody packs.
        for kind in try node.list(limit: 3) { archives.append(try kind.choice(of: FirmwarePackage.Step.Archive.self)) }
        return archives
    }
}
