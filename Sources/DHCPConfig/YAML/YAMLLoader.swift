// SPDX-License-Identifier: GPL-3.0-or-later

import Yams

/// Reads one bounded YAML document.
enum YAMLLoader {
    /// The longest file in bytes. The largest real definition has some 20 kB; a site of a thousand reservations 100 kB.
    static let maximumBytes = 1 << 20
    /// The deepest nesting. Definitions need 7 levels; the parser below recurses, so that depth is stack.
    static let maximumDepth = 24
    /// The most values in one file, which bounds time and memory.
    static let maximumNodes = 100_000

    /// Reads `text`, which came from `file`.
    static func load(_ text: String, file: String) throws(ConfigError) -> YAMLNode {
        let whole = SourceLocation(file: file, line: 0)
        func refuse(_ location: SourceLocation, _ message: String, _ remedy: String? = nil) -> ConfigError {
            ConfigError([ConfigDiagnostic(.error, at: location, message, remedy: remedy)])
        }
        guard text.utf8.count <= maximumBytes else {
            throw refuse(whole, "the file has more than \(maximumBytes) bytes", "split the site into several files")
        }
        // Yams composes recursively and compares aliased keys by content: what could exhaust either is refused before.
        if let finding = YAMLGuard.check(text, maximumDepth: maximumDepth) {
            throw refuse(SourceLocation(file: file, line: finding.line), finding.message, finding.remedy)
        }
        let composed: Node?
        do {
            composed = try Parser(yaml: text, resolver: .default, constructor: .default, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw refuse(SourceLocation(file: file, line: error.line), error.summary, "correct the YAML syntax")
        } catch {
            throw refuse(whole, "the file cannot be read as YAML: \(error)")
        }
        guard let composed else { throw refuse(whole, "the file is empty") }
        var conversion = Conversion(file: file)
        let node = conversion.convert(composed, depth: 0, fallbackLine: 1)
        guard conversion.problems.diagnostics.isEmpty else { throw ConfigError(conversion.problems.diagnostics) }
        return node
    }

    /// Turns Yams' tree into ours within the limits.
    private struct Conversion {
        let file: String
        var problems = DiagnosticList()
        var remaining = maximumNodes

        mutating func convert(_ node: Node, depth: Int, fallbackLine: Int) -> YAMLNode {
            let location = SourceLocation(file: file, line: node.mark?.line ?? fallbackLine)
            let nothing = YAMLNode(content: .null, location: location)
            guard depth < maximumDepth else {
                problems.error(location, "values are nested more than \(maximumDepth) deep")
                return nothing
            }
            guard remaining > 0 else {
                problems.error(location, "the file has more than \(maximumNodes) values", "split it")
                return nothing
            }
            remaining -= 1
            switch node {
            case .scalar(let scalar):
                let isPlain = scalar.style == .plain || scalar.style == .any
                if isPlain, ["", "~", "null"].contains(scalar.string) { return nothing }
                return YAMLNode(content: .text(scalar.string), location: location)
            case .sequence(let sequence):
                var list: [YAMLNode] = []
                for element in sequence { list.append(convert(element, depth: depth + 1, fallbackLine: location.line)) }
                return YAMLNode(content: .list(list), location: location)
            case .mapping(let mapping):
                var entries: [YAMLNode.Entry] = []
                for (key, value) in mapping {
                    let keyLocation = SourceLocation(file: file, line: key.mark?.line ?? location.line)
                    guard case .scalar(let scalar) = key else {
                        problems.error(keyLocation, "a key of a mapping must be text")
                        continue
                    }
                    let converted = convert(value, depth: depth + 1, fallbackLine: keyLocation.line)
                    entries.append(YAMLNode.Entry(key: scalar.string, keyLocation: keyLocation, value: converted))
                }
                return YAMLNode(content: .mapping(entries), location: location)
            case .alias:
                problems.error(location, "aliases are not supported", "write the value out")
                return nothing
            }
        }
    }
}

extension YamlError {
    /// The line that the error names, or 0.
    fileprivate var line: Int {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        default: 0
        }
    }

    /// The error in one line, without the excerpt that Yams adds.
    fileprivate var summary: String {
        switch self {
        case .scanner(let context, let problem, _, _), .parser(let context, let problem, _, _),
            .composer(let context, let problem, _, _):
            (context.map { "\($0.text), " } ?? "") + problem
        case .duplicatedKeysInMapping(let keys, _):
            "the key \(keys.joined(separator: ", ")) is given twice in one mapping"
        default: "the file is not valid YAML in UTF-8"
        }
    }
}
