// SPDX-License-Identifier: GPL-3.0-or-later

internal import Yams

/// Reads YAML into ``ManifestNode`` values.
struct ManifestReader {
    private let file: String
    private var nodes = 0

    /// Reads the one document of a YAML text.
    ///
    /// - Parameter file: The name that complaints give to the text.
    static func read(_ bytes: [UInt8], file: String, limit: Int = PluginLimits.manifestBytes) throws(PluginProblem) -> ManifestNode {
        let whole = PluginProblem.Place(file: file)
        guard bytes.count <= limit else {
            throw PluginProblem(place: whole, reason: "\(bytes.count) bytes", remedy: "a file of this kind has at most \(limit)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PluginProblem(place: whole, reason: "not UTF-8", remedy: "save the file as UTF-8")
        }
        guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else {
            throw PluginProblem(place: whole, reason: "begins with a byte order mark", remedy: "save the file as UTF-8 without one")
        }
        var yamlGuard = YAMLGuard(bytes, file: file)
        try yamlGuard.check()
        let root: Node?
        do {
            root = try Parser(yaml: text, resolver: .basic, constructor: .default, encoding: .utf8).singleRoot()
        } catch {
            throw problem(of: error, file: file)
        }
        guard let root else { return ManifestNode(content: .mapping([]), place: whole) }
        var reader = ManifestReader(file: file)
        return try reader.convert(root, depth: 0)
    }

    private init(file: String) { self.file = file }

    private mutating func convert(_ node: Node, depth: Int) throws(PluginProblem) -> ManifestNode {
        let place = place(of: node)
        nodes += 1
        guard nodes <= PluginLimits.manifestNodes else {
            throw PluginProblem(place: place, reason: "more than \(PluginLimits.manifestNodes) values", remedy: "split the plugin")
        }
        guard depth <= PluginLimits.manifestDepth else {
            throw PluginProblem(place: place, reason: "nested deeper than \(PluginLimits.manifestDepth) levels", remedy: "flatten it")
        }
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            return ManifestNode(content: .scalar(scalar.string, isPlain: isPlain), place: place)
        case .sequence(let sequence):
            var values: [ManifestNode] = []
            for value in sequence { values.append(try convert(value, depth: depth + 1)) }
            return ManifestNode(content: .list(values), place: place)
        case .mapping(let mapping):
            var members: [ManifestNode.Member] = []
            for (key, value) in mapping {
                let keyPlace = self.place(of: key)
                guard case .scalar(let name) = key else {
                    throw PluginProblem(place: keyPlace, reason: "a key that is not a text", remedy: "write “name: value”")
                }
                members.append(.init(name: name.string, place: keyPlace, value: try convert(value, depth: depth + 1)))
            }
            return ManifestNode(content: .mapping(members), place: place)
        case .alias:
            throw PluginProblem(place: place, reason: "a YAML alias", remedy: "write the value itself")
        }
    }

    private func place(of node: Node) -> PluginProblem.Place {
        PluginProblem.Place(file: file, line: node.mark?.line ?? 0, column: node.mark?.column ?? 0)
    }

    private static func problem(of error: any Error, file: String) -> PluginProblem {
        func make(
            _ mark: Mark?, _ reason: String, _ remedy: String = "check indentation, quotation marks and brackets there"
        ) -> PluginProblem {
            PluginProblem(
                place: .init(file: file, line: mark?.line ?? 0, column: mark?.column ?? 0), reason: "not YAML: \(reason)", remedy: remedy)
        }
        return switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            make(mark, problem)
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            // The library names the first of them.
            make(context.mark, "“\(duplicates.joined(separator: "”, “"))” is written twice in one mapping", "remove one of the two")
        case YamlError.reader(let problem, _, _, _): make(nil, problem)
        default: make(nil, "\(error)")
        }
    }
}
