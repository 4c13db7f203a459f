// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import NetTypes

/// The section `metrics` of `provd.yml`.
struct MonitoringConfiguration: Sendable {
    /// All keys, as they stand in the file.
    static let keys: Set<String> = ["metrics.open_to"]

    /// `metrics.open_to` (networks with commas, default none): from where `/metrics` may be read without a token.
    var openTo: [IPNetwork] = []

    /// Reads the settings.
    ///
    /// - Throws: `ConfigurationProblem` that names the key and what is allowed.
    init(reader: ConfigReader) throws(ConfigurationProblem) {
        let text = reader.string(forKey: "metrics.open_to", default: "")
        for part in text.split(whereSeparator: { $0 == "," || $0 == " " }) {
            guard let network = IPNetwork(part) else {
                throw ConfigurationProblem(
                    "metrics.open_to has “\(part)”: write networks as 192.0.2.0/24 or 2001:db8::/64, or single addresses, with commas between")
            }
            openTo.append(network)
        }
    }
}
