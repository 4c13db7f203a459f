// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Logging
import NetTypes
import Provisioning
import SIPWire

/// What the administrator says of the daemon, from `provd.yml`, the environment and the defaults.
///
/// Each key can be given in the environment too: `http.port` as `PROVD_HTTP_PORT`.
struct ProvdConfiguration: Sendable {
    /// Where a door listens.
    struct Listener: Sendable {
        /// An address of this machine; `0.0.0.0` is all of IPv4.
        var address: String
        /// The port, 1 to 65535.
        var port: Int
    }

    /// `state_directory` (text, default `/var/lib/provd`): where the database and the administrator's token are.
    var stateDirectory: String
    /// `plugins_directory` (text, default `/usr/share/provd/plugins`): the tree of plugins.
    var pluginsDirectory: String
    /// `plugins.keys` (text, default `/etc/provd/plugin-keys`): the directory of the public keys (`*.pub`) that are trusted for the
    /// repository of the parameter `plugin_server`.
    var pluginKeys: String
    /// `plugins.development` (text, default none): directories of plugins, separated by commas, that are loaded again whenever one of their files
    /// changes, for those who write them.
    var developedPlugins: [String]
    /// `advertised_address` (text, required): the host name or address by which phones reach this machine.
    var advertisedAddress: String
    /// `http.address`, `http.port` (default `0.0.0.0`, 8667): HTTP for phones.
    var http: Listener
    /// `http.trusted_proxies` (integer, default 0): how many reverse proxies of ours stand before it.
    var trustedProxies: Int
    /// `tftp.address`, `tftp.port` (default `0.0.0.0`, 69): TFTP for phones.
    var tftp: Listener
    /// `tftp.single_port` (default `false`): whether files are sent from the port that requests arrive at.
    var usesSingleTFTPPort: Bool
    /// `rest.address`, `rest.port` (default `127.0.0.1`, 8666): the management API.
    var rest: Listener
    /// `page_directory` (text, default `/usr/share/provd/page`): the page for browsers, served at the management API's port.
    var pageDirectory: String
    /// `sip.address`, `sip.port` (default `0.0.0.0`, 5060): SIP over UDP and TCP.
    var sip: Listener
    /// `sip.realm` (text, default `provd`): the realm of digest authentication.
    var sipRealm: String
    /// `sip.digest` (`md5`, `sha-256` or both with a space, default both): the algorithms that phones are offered, in this order.
    var digestAlgorithms: [DigestAlgorithm]
    /// The sections `speech` and `codes`: what callers hear, and what they dial.
    var onboarding: OnboardingConfiguration
    /// `sip_pnp.enabled` (true or false, default false): whether phones that ask by SIP multicast are told where to go.
    var answersPlugAndPlay: Bool
    /// `dhcp_inform.enabled` (true or false, default false): whether phones that ask by DHCPINFORM are told where to go.
    var answersInform: Bool
    /// `dhcp_inform.interface` (text, default all): the only interface on which they are heard.
    var informInterface: String?
    /// `dhcp_inform.address` (text, default `advertised_address`): the IPv4 address by which those phones reach this machine.
    var informAddress: String
    /// `sightings.socket` (text, default `/run/provd/sightings.sock`): where the sniffer brings what it sees.
    var sightingsSocket: String
    /// `dhcp.definitions` (text, default `/usr/share/provd/dhcp`): the directory of vendor definitions, from which provd
    /// says what a DHCP server must send.
    var dhcpDefinitions: String
    /// `files.access` (`bound` or `open`, default `bound`): who may fetch files with credentials.
    var fileAccess: FileAccessPolicy
    /// `files.enrolment_hours` (number, default 24): for how long after the first start a phone whose DHCP was not seen
    /// may fetch such a file.
    var enrolmentHours: Double
    /// `sip.registrar` and the section `asterisk`: the PBX at which phones register.
    var pbx: PBXConfiguration
    /// The section `auth`, and who may ask how much of the management API.
    var access: AccessConfiguration
    /// Who may watch (the section `metrics`).
    var monitoring: MonitoringConfiguration
    /// The section `tls`, and the ports on which it is spoken.
    var tls: TLSSettings
    /// `log.level` (trace, debug, info, notice, warning, error, critical; default info).
    var logLevel: Logger.Level

    /// All keys, as they stand in the file.
    static let keys = OnboardingConfiguration.keys.union(AccessConfiguration.keys).union(TLSSettings.keys).union(PBXConfiguration.keys).union(MonitoringConfiguration.keys).union([
        "state_directory", "plugins_directory", "plugins.development", "plugins.keys", "advertised_address", "http.address", "http.port", "http.trusted_proxies",
        "tftp.address", "tftp.port", "tftp.single_port", "rest.address", "rest.port", "page_directory", "sip.address", "sip.port", "sip.realm", "sip.digest", "sip_pnp.enabled", "dhcp_inform.enabled",
        "dhcp_inform.interface", "dhcp_inform.address", "sightings.socket",
        "dhcp.definitions",
        "files.access", "files.enrolment_hours", "log.level",
    ])

    /// Reads the configuration.
    ///
    /// - Throws: `ConfigurationProblem` that names the key and what is allowed.
    init(reader: ConfigReader) throws(ConfigurationProblem) {
        stateDirectory = reader.string(forKey: "state_directory", default: "/var/lib/provd")
        pluginsDirectory = reader.string(forKey: "plugins_directory", default: "/usr/share/provd/plugins")
        pluginKeys = reader.string(forKey: "plugins.keys", default: "/etc/provd/plugin-keys")
        developedPlugins = reader.string(forKey: "plugins.development", default: "").split(separator: ",").map { String($0.drop { $0 == " " }) }
        guard let advertised = reader.string(forKey: "advertised_address"), Self.isHost(advertised) else {
            throw ConfigurationProblem(
                "advertised_address is missing or no host name or address: set the address by which phones reach this machine, as advertised_address: 192.0.2.10")
        }
        advertisedAddress = advertised
        http = try Self.listener("http", address: "0.0.0.0", port: 8667, reader)
        tftp = try Self.listener("tftp", address: "0.0.0.0", port: 69, reader)
        usesSingleTFTPPort = try Self.flag("tftp.single_port", reader)
        rest = try Self.listener("rest", address: "127.0.0.1", port: 8666, reader)
        pageDirectory = reader.string(forKey: "page_directory", default: "/usr/share/provd/page")
        sip = try Self.listener("sip", address: "0.0.0.0", port: 5060, reader)
        trustedProxies = try Self.number("http.trusted_proxies", in: 0...8, default: 0, reader)
        sipRealm = reader.string(forKey: "sip.realm", default: "provd")
        guard Self.isRealm(sipRealm) else {
            throw ConfigurationProblem("sip.realm is “\(sipRealm)”: write 1 to 63 printable characters without quotes, as sip: {realm: provd}")
        }
        let digest = reader.string(forKey: "sip.digest", default: "md5 sha-256")
        digestAlgorithms = digest.split(separator: " ").compactMap { DigestAlgorithm(named: String($0)) }
        guard !digestAlgorithms.isEmpty, digestAlgorithms.count == digest.split(separator: " ").count else {
            throw ConfigurationProblem("sip.digest is “\(digest)”: it can be md5, sha-256, or both with a space between them")
        }
        onboarding = try OnboardingConfiguration(reader: reader)
        answersPlugAndPlay = try Self.flag("sip_pnp.enabled", reader)
        answersInform = try Self.flag("dhcp_inform.enabled", reader)
        informInterface = reader.string(forKey: "dhcp_inform.interface")
        informAddress = reader.string(forKey: "dhcp_inform.address", default: advertised)
        sightingsSocket = reader.string(forKey: "sightings.socket", default: "/run/provd/sightings.sock")
        dhcpDefinitions = reader.string(forKey: "dhcp.definitions", default: "/usr/share/provd/dhcp")
        let access = reader.string(forKey: "files.access", default: FileAccessPolicy.bound.rawValue)
        guard let policy = FileAccessPolicy(rawValue: access) else {
            throw ConfigurationProblem("files.access is “\(access)”: it can be \(FileAccessPolicy.allCases.map(\.rawValue).joined(separator: " or "))")
        }
        fileAccess = policy
        enrolmentHours = Double(try Self.number("files.enrolment_hours", in: 0...8_760, default: 24, reader))
        self.access = try AccessConfiguration(reader: reader)
        monitoring = try MonitoringConfiguration(reader: reader)
        tls = try TLSSettings(reader: reader)
        pbx = try PBXConfiguration(reader: reader)
        let level = reader.string(forKey: "log.level", default: Logger.Level.info.rawValue)
        guard let known = Logger.Level(rawValue: level) else {
            throw ConfigurationProblem("log.level is “\(level)”: it can be \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        logLevel = known
    }

    private static func listener(
        _ section: String, address: String, port: Int, _ reader: ConfigReader
    ) throws(ConfigurationProblem) -> Listener {
        Listener(
            address: try Self.address("\(section).address", default: address, reader),
            port: try number("\(section).port", in: 1...65_535, default: port, reader))
    }

    static func address(_ key: String, default value: String, _ reader: ConfigReader) throws(ConfigurationProblem) -> String {
        let text = reader.string(forKey: ConfigKey(key.split(separator: ".").map(String.init)), default: value)
        guard IPAddress(text) != nil else {
            throw ConfigurationProblem("\(key) is “\(text)”: write an address of this machine, or 0.0.0.0 for all")
        }
        return text
    }

    static func number(
        _ key: String, in range: ClosedRange<Int>, default value: Int, _ reader: ConfigReader
    ) throws(ConfigurationProblem) -> Int {
        guard let text = reader.string(forKey: ConfigKey(key.split(separator: ".").map(String.init))) else { return value }
        guard let number = Int(text), range.contains(number) else {
            throw ConfigurationProblem("\(key) is “\(text)”: it is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    static func flag(_ key: String, default value: Bool = false, _ reader: ConfigReader) throws(ConfigurationProblem) -> Bool {
        guard let text = reader.string(forKey: ConfigKey(key.split(separator: ".").map(String.init))) else { return value }
        guard let flag = Bool(text) else { throw ConfigurationProblem("\(key) is “\(text)”: it is true or false") }
        return flag
    }

    /// A realm stands between quotes in header fields, and on the displays of some phones.
    private static func isRealm(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20..<0x7f).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    }

    static func isHost(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || ".-:".unicodeScalars.contains($0)) }
    }
}

/// Why the daemon cannot start as it is configured.
struct ConfigurationProblem: Error, Sendable, CustomStringConvertible {
    /// What is wrong, where, and what to do.
    let description: String

    init(_ description: String) { self.description = description }
}
