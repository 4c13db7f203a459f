// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// A secret that systemd hands to the daemon, as systemd.exec(5) describes it under `LoadCredential=`.
///
/// A setting that names a file with a secret can hold a name without a path instead: then it is the credential of that name, which
/// root keeps in `/etc/credstore`, where the daemon's own user cannot read it.
enum Credential {
    /// Where systemd puts the credentials of `provd.service`, for a program that is not started by it and only names them.
    private static let usualDirectory = "/run/credentials/provd.service"

    /// The file that a setting means: a path as it is, a name in the directory of credentials.
    static func path(_ setting: String, environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        guard !setting.isEmpty, !setting.contains("/") else { return setting }
        return (environment["CREDENTIALS_DIRECTORY"] ?? usualDirectory) + "/" + setting
    }

    /// Whether a file is a credential that only the daemon has, which this program is not.
    static func isElsewhere(_ path: String, environment: [String: String] = ProcessInfo.processInfo.environment) -> Bool {
        environment["CREDENTIALS_DIRECTORY"] == nil && path.hasPrefix(usualDirectory + "/")
    }
}
