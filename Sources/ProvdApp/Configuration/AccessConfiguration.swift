// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import ManagementAPI

/// The section `auth` of `provd.yml`, and how much one client may ask of the management API.
struct AccessConfiguration: Sendable {
    /// Where wazo-auth is, and as whom provd asks it.
    struct WazoAuth: Sendable {
        /// `auth.url` (text, default `http://127.0.0.1:9497`): the address of wazo-auth.
        var url: String
        /// `auth.username` (text, default `provd-service`): provd's account there.
        var username: String
        /// `auth.password_file` (text, default `/etc/provd/wazo-auth-password`): a file with the account's password.
        var passwordFile: String
        /// `auth.poll_seconds` (1 to 86400, default 300): how often deleted tenants are looked for.
        var pollSeconds: Int
    }

    /// All keys, as they stand in the file.
    static let keys: Set<String> = [
        "auth.mode", "auth.url", "auth.username", "auth.password_file", "auth.poll_seconds", "rest.requests_per_second",
        "rest.allowed_origins",
    ]

    /// `auth.mode` (`embedded` or `wazo`, default `embedded`): for `wazo` the settings of the server, `nil` if provd keeps
    /// tokens and tenants itself.
    var wazoAuth: WazoAuth?
    /// `rest.requests_per_second` (1 to 1000000, default 3000): how much one token may ask of the management API.
    var requestsPerSecond: Double
    /// `rest.allowed_origins` (texts with commas, default none): from which places pages may use the management API in a browser.
    var crossOrigin: CrossOriginPolicy

    /// Reads the settings.
    ///
    /// - Throws: `ConfigurationProblem` that names the key and what is allowed.
    init(reader: ConfigReader) throws(ConfigurationProblem) {
        requestsPerSecond = Double(try Self.number("rest", "requests_per_second", in: 1...1_000_000, default: 3_000, reader))
        let origins = reader.string(forKey: "rest.allowed_origins", default: "")
        guard let crossOrigin = CrossOriginPolicy(origins.split { $0 == "," || $0 == " " }.map(String.init)) else {
            throw ConfigurationProblem(
                "rest.allowed_origins is “\(origins)”: write origins as browsers do, in lower case, without a slash at the end and without the usual port, as https://admin.example.net, with commas between; or * for all")
        }
        self.crossOrigin = crossOrigin
        let mode = reader.string(forKey: "auth.mode", default: "embedded")
        guard mode != "embedded" else { return }
        guard mode == "wazo" else { throw ConfigurationProblem("auth.mode is “\(mode)”: it can be embedded or wazo") }
        let url = reader.string(forKey: "auth.url", default: "http://127.0.0.1:9497")
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw ConfigurationProblem("auth.url is “\(url)”: write the address of wazo-auth, as http://127.0.0.1:9497")
        }
        wazoAuth = WazoAuth(
            url: url, username: reader.string(forKey: "auth.username", default: "provd-service"),
            passwordFile: Credential.path(reader.string(forKey: "auth.password_file", default: "/etc/provd/wazo-auth-password")),
            pollSeconds: try Self.number("auth", "poll_seconds", in: 1...86_400, default: 300, reader))
    }

    private static func number(
        _ section: String, _ name: String, in range: ClosedRange<Int>, default value: Int, _ reader: ConfigReader
    ) throws(ConfigurationProblem) -> Int {
        guard let text = reader.string(forKey: ConfigKey([section, name])) else { return value }
        guard let number = Int(text), range.contains(number) else {
            throw ConfigurationProblem("\(section).\(name) is “\(text)”: it is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
