// SPDX-License-Identifier: GPL-3.0-or-later

import FoundationEssentials

extension VendorCatalog {
    /// The most definition files in one directory; there are some 25.
    private static let maximumFiles = 500

    /// Loads every `*.yml` in `directory` but those named `site*.yml`, which are site files.
    ///
    /// - Throws: `ConfigError` with every problem of every file.
    public static func load(directory: String) throws(ConfigError) -> VendorCatalog {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw ConfigError([
                ConfigDiagnostic(
                    .error, at: SourceLocation(file: directory, line: 0), "the directory of vendor definitions cannot be read",
                    remedy: "name it with --definitions or in PROVD_DHCP_DIR")
            ])
        }
        let files = names.filter { $0.hasSuffix(".yml") && !$0.hasPrefix("site") && !$0.hasPrefix(".") }.sorted()
        var problems = DiagnosticList()
        if files.isEmpty {
            problems.error(
                SourceLocation(file: directory, line: 0), "the directory holds no vendor definitions (*.yml)",
                "name another one with --definitions or in PROVD_DHCP_DIR")
        }
        if files.count > maximumFiles {
            problems.error(SourceLocation(file: directory, line: 0), "the directory holds more than \(maximumFiles) definitions")
        }
        var texts: [(id: String, file: String, text: String)] = []
        for name in files.prefix(maximumFiles) {
            let file = directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
            do {
                texts.append((String(name.dropLast(4)), file, try TextFile.read(file)))
            } catch {
                error.diagnostics.forEach { problems.add($0) }
            }
        }
        let loaded: VendorCatalog
        do {
            loaded = try load(texts)
        } catch {
            throw ConfigError(problems.diagnostics + error.diagnostics)
        }
        guard problems.diagnostics.isEmpty else { throw ConfigError(problems.diagnostics) }
        return loaded
    }

    /// Reads definitions from texts: each with its id, the file that messages name, and its content.
    static func load(_ texts: [(id: String, file: String, text: String)]) throws(ConfigError) -> VendorCatalog {
        var problems = DiagnosticList()
        var definitions: [VendorDefinition] = []
        var families: [String: SourceLocation] = [:]
        for entry in texts {
            do {
                let root = try YAMLLoader.load(entry.text, file: entry.file)
                var reader = VendorDefinitionReader(id: entry.id)
                let definition = reader.read(root)
                reader.problems.diagnostics.forEach { problems.add($0) }
                if let definition { definitions.append(definition) }
            } catch {
                error.diagnostics.forEach { problems.add($0) }
            }
        }
        for family in definitions.flatMap(\.families) {
            if let other = families[family.id] {
                problems.error(family.location, "the family “\(family.id)” is defined twice", "rename it; the other is in \(other)")
            }
            families[family.id] = family.location
        }
        for sample in definitions.flatMap(\.samples) {
            guard let family = sample.family, families[family] == nil else { continue }
            problems.error(sample.location, "the sample names the family “\(family.excerpt)”, which is not defined")
        }
        guard !problems.hasErrors else { throw ConfigError(problems.diagnostics) }
        return VendorCatalog(definitions)
    }
}
