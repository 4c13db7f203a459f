// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import PluginPackages

/// The public keys that the administrator trusts for the repository of the parameter `plugin_server`: the files that end in `.pub` in a
/// directory. There need be none.
enum TrustedKeys {
    /// Reads the keys.
    ///
    /// - Throws: `ConfigurationProblem` that names a file which holds no key: a key that is not noticed would be missed.
    static func load(directory: String) throws(ConfigurationProblem) -> [VerifyingKey] {
        var keys: [VerifyingKey] = []
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter { $0.hasSuffix(".pub") }.sorted()
        for name in names {
            let path = "\(directory)/\(name)"
            do {
                keys.append(try VerifyingKey(String(decoding: try BoundedFile.read(path, limit: PackageLimits.signatureBytes), as: UTF8.self)))
            } catch {
                throw ConfigurationProblem("\(path): \(error.reason): \(error.remedy)")
            }
        }
        return keys
    }
}
