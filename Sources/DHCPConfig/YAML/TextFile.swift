// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// Reads files that people write.
enum TextFile {
    /// The text of a regular file within the limit of the YAML loader.
    static func read(_ path: String) throws(ConfigError) -> String {
        func refuse(_ message: String, _ remedy: String? = nil) -> ConfigError {
            ConfigError([ConfigDiagnostic(.error, at: SourceLocation(file: path, line: 0), message, remedy: remedy)])
        }
        let url = URL(filePath: path).resolvingSymlinksInPath()
        let data: Data
        do {
            let type = try FileManager.default.attributesOfItem(atPath: url.path)[.type] as? FileAttributeType
            // Reading a pipe could wait for ever.
            guard type == .typeRegular else { throw refuse("this is not a regular file") }
            let handle = try FileHandle(forReadingFrom: url)
            defer { try? handle.close() }
            data = try handle.read(upToCount: YAMLLoader.maximumBytes + 1) ?? Data()
        } catch let error as ConfigError {
            throw error
        } catch {
            throw refuse("the file cannot be read: it does not exist, or its permissions forbid it")
        }
        guard data.count <= YAMLLoader.maximumBytes else {
            throw refuse("the file has more than \(YAMLLoader.maximumBytes) bytes", "split it")
        }
        guard let text = String(validating: data, as: UTF8.self) else { throw refuse("the file is not text in UTF-8") }
        return text
    }
}
