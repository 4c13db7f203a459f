// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Foundation
import OpenFiles
import SystemPackage
import Yams

/// Reads `provd.yml`.
enum ConfigurationFile {
    /// The largest file that is read; a complete one with comments has 5 kB.
    private static let maximumSize = 1_024 * 1_024

    /// Reads the file, with the environment over it.
    ///
    /// - Throws: `ConfigurationProblem` that names the file and, for a key that provd does not know, the line.
    static func read(_ path: String) async throws(ConfigurationProblem) -> ProvdConfiguration {
        let text: String
        guard FileManager.default.fileExists(atPath: path) else {
            throw ConfigurationProblem("there is no file \(path) that this user can see: write one, name another with --config, or run this as root")
        }
        do {
            let data = try Data(contentsOf: URL(filePath: path))
            guard data.count <= maximumSize else { throw ConfigurationProblem("it has more than \(maximumSize) bytes") }
            guard let decoded = String(data: data, encoding: .utf8) else { throw ConfigurationProblem("it is not UTF-8") }
            text = decoded
        } catch let problem as ConfigurationProblem {
            throw ConfigurationProblem("\(path) cannot be read: \(problem)")
        } catch {
            throw ConfigurationProblem("\(path) cannot be read: \(FileFailure(error)); it must be open to provd's group (chgrp provd, chmod 640)")
        }
        try checkKeys(of: text, path)
        let environment = EnvironmentVariablesProvider().prefixKeys(with: "provd")
        let reader: ConfigReader
        do {
            // An empty file is a file without settings.
            let hasSettings = try Yams.compose(yaml: text) != nil
            reader =
                hasSettings
                ? ConfigReader(providers: [environment, try await FileProvider<YAMLSnapshot>(filePath: FilePath(path))])
                : ConfigReader(provider: environment)
        } catch {
            throw ConfigurationProblem("\(path): \(error)")
        }
        do throws(ConfigurationProblem) {
            return try ProvdConfiguration(reader: reader)
        } catch {
            throw ConfigurationProblem("\(path): \(error)")
        }
    }

    /// Refuses what provd does not know: a slip of the pen must not be taken for a default.
    private static func checkKeys(of text: String, _ path: String) throws(ConfigurationProblem) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw ConfigurationProblem("\(path): \(error)")
        }
        guard let root else { return }
        guard let mapping = root.mapping else {
            throw ConfigurationProblem("\(path):1: settings are expected, as “advertised_address: 192.0.2.10”")
        }
        for (key, value) in mapping { try check(key, value, prefix: "", path) }
    }

    private static func check(_ key: Node, _ value: Node, prefix: String, _ path: String) throws(ConfigurationProblem) {
        let name = prefix + (key.string ?? "?")
        if let section = value.mapping, prefix.isEmpty, ProvdConfiguration.keys.contains(where: { $0.hasPrefix(name + ".") }) {
            for (key, value) in section { try check(key, value, prefix: name + ".", path) }
            return
        }
        guard ProvdConfiguration.keys.contains(name), value.scalar != nil else {
            let line = key.mark?.line ?? 1
            if let example = ProvdConfiguration.keys.sorted().first(where: { $0.hasPrefix(name + ".") })?.dropFirst(name.count + 1) {
                throw ConfigurationProblem("\(path):\(line): “\(name)” is a section: write its settings below it, as \(name): {\(example): …}")
            }
            let known = ProvdConfiguration.keys.sorted().joined(separator: ", ")
            throw ConfigurationProblem("\(path):\(line): there is no setting “\(name)” here; the settings are \(known)")
        }
    }
}
