// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// The administrator's token: made at first start, in a file that only provd's user and root can read.
enum AdministratorToken {
    /// Reads the token, or makes it.
    ///
    /// - Throws: `ConfigurationProblem` that names the file.
    static func load(stateDirectory: String) throws(ConfigurationProblem) -> String {
        let path = stateDirectory + "/admin-token"
        if FileManager.default.fileExists(atPath: path) {
            guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8) else {
                throw ConfigurationProblem("\(path) cannot be read: give it to provd's user, with mode 0600")
            }
            let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard token.utf8.count >= 16 else {
                throw ConfigurationProblem("\(path) holds no token: remove the file and provd makes a new one")
            }
            return token
        }
        var generator = SystemRandomNumberGenerator()
        let token = (0..<4).map { _ in String(generator.next() | 1 << 63, radix: 36) }.joined()
        let isWritten = FileManager.default.createFile(
            atPath: path, contents: Data((token + "\n").utf8), attributes: [.posixPermissions: 0o600])
        guard isWritten else {
            throw ConfigurationProblem("\(path) cannot be written: make \(stateDirectory) a directory of provd's user")
        }
        return token
    }
}
