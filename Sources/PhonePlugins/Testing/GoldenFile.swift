// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// The expected files of a plugin's tests, as far as they are written.
enum GoldenFile {
    /// Writes a golden file unless it holds these bytes.
    ///
    /// - Returns: Whether it was written.
    static func update(_ path: String, _ bytes: [UInt8]) throws(PluginProblem) -> Bool {
        if PluginDirectory.exists(path), try PluginDirectory.read(path, limit: PluginLimits.testBytes) == bytes { return false }
        do {
            let url = URL(fileURLWithPath: path)
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: url)
        } catch {
            throw PluginProblem(place: .init(file: path), reason: "cannot be written", remedy: "check that you may write there")
        }
        return true
    }
}
