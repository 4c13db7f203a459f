// SPDX-License-Identifier: GPL-3.0-or-later

import AsteriskLink
import Configuration
import Foundation
import NetTypes
import ProvModel

/// What the administrator says of a PBX at which phones register: `sip.registrar` and the section `asterisk` of `provd.yml`.
struct PBXConfiguration: Sendable {
    /// `sip.registrar` (text, default provd itself): where phones register whose line names no server, and those without a line, as
    /// `HOST` or `HOST:PORT`.
    var registrar: SIPServer?
    /// `asterisk.host` (text, default the host of `sip.registrar`): how phones are told of the Asterisk.
    var asteriskHost: String?
    /// `asterisk.fastagi_address` (an IP address of this machine, default none: FastAGI is off), `asterisk.fastagi_port` (default 4573),
    /// `asterisk.fastagi_peers` (addresses, default `127.0.0.1 ::1`): codes that Asterisk's dialplan asks about.
    var fastAGI: FastAGIServer.Configuration?
    /// `asterisk.sounds` (text, default none): the directory below Asterisk's sounds in which provd's prompts lie. Without it callers
    /// hear Asterisk's own sounds.
    var soundsDirectory: String?
    /// `asterisk.ami_address` (a host or address, default none: the manager interface is not used), `asterisk.ami_port` (default 5038),
    /// `asterisk.ami_username` (default `provd`).
    var manager: Manager?

    /// How the manager interface is reached.
    struct Manager: Sendable {
        var host: String
        var port: Int
        var username: String
        /// `asterisk.ami_secret_file` (text, default `/etc/provd/asterisk-secret`): a file with the secret.
        var secretFile: String

        /// The connection, with the secret as it is in its file.
        func client() throws(ConfigurationProblem) -> AMIClient.Configuration {
            guard let text = try? String(contentsOfFile: secretFile, encoding: .utf8) else {
                throw ConfigurationProblem(
                    "asterisk.ami_secret_file \(secretFile) cannot be read: write the secret of user \(username) of manager.conf into it, with mode 0600 and provd as its owner")
            }
            return AMIClient.Configuration(
                host: host, port: port, username: username, secret: text.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    /// `kamailio.host` (text, default none): how phones are told of the Kamailio that tells provd of their registrations.
    var kamailioHost: String?
    /// `sip.trusted_peers` (IP addresses, default none): PBXs that may name the account of a call instead of a password, over TCP or TLS.
    var trustedPeers: Set<String> = []
    /// `freeswitch.password_file` (text, default none: off), `freeswitch.username` (default `freeswitch`), `freeswitch.profile` (default
    /// `internal`): answers to FreeSWITCH's mod_xml_curl on the REST server.
    var freeSWITCH: FreeSWITCH?

    /// How FreeSWITCH asks.
    struct FreeSWITCH: Sendable {
        var username: String
        var passwordFile: String
        var profile: String

        /// The password of `gateway-credentials`.
        func password() throws(ConfigurationProblem) -> String {
            guard let text = try? String(contentsOfFile: passwordFile, encoding: .utf8) else {
                throw ConfigurationProblem("freeswitch.password_file \(passwordFile) cannot be read: write the password of gateway-credentials into it, with mode 0600 and provd as its owner")
            }
            let password = text.trimmingCharacters(in: .whitespacesAndNewlines)
            // Who has it reads the digests of all passwords.
            guard password.utf8.count >= 16 else { throw ConfigurationProblem("freeswitch.password_file \(passwordFile) holds fewer than 16 characters: write more") }
            return password
        }
    }

    /// All keys, as they stand in the file.
    static let keys: Set<String> = [
        "sip.registrar", "asterisk.host", "asterisk.fastagi_address", "asterisk.fastagi_port", "asterisk.fastagi_peers", "asterisk.sounds", "asterisk.ami_address",
        "asterisk.ami_port", "asterisk.ami_username", "asterisk.ami_secret_file", "kamailio.host", "sip.trusted_peers",
        "freeswitch.username", "freeswitch.password_file", "freeswitch.profile",
    ]

    /// Reads the settings.
    ///
    /// - Throws: `ConfigurationProblem` that names the key and what is allowed.
    init(reader: ConfigReader) throws(ConfigurationProblem) {
        registrar = try reader.string(forKey: "sip.registrar").map(Self.server)
        asteriskHost = reader.string(forKey: "asterisk.host") ?? registrar?.host
        if let address = reader.string(forKey: "asterisk.fastagi_address") {
            guard IPAddress(address) != nil else {
                throw ConfigurationProblem("asterisk.fastagi_address is “\(address)”: write an address of this machine, as 127.0.0.1")
            }
            fastAGI = FastAGIServer.Configuration(
                host: address, port: try ProvdConfiguration.number("asterisk.fastagi_port", in: 1...65_535, default: 4_573, reader),
                peers: try Self.addresses("asterisk.fastagi_peers", default: "127.0.0.1 ::1", reader))
        }
        if let directory = reader.string(forKey: "asterisk.sounds") {
            guard (1...64).contains(directory.utf8.count), directory.first != "/", directory.last != "/",
                directory.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_/".contains($0)) })
            else {
                throw ConfigurationProblem("asterisk.sounds is “\(directory)”: write the name of a directory below Asterisk's sounds, as provd")
            }
            soundsDirectory = directory
        }
        if let host = reader.string(forKey: "asterisk.ami_address") {
            manager = Manager(
                host: host, port: try ProvdConfiguration.number("asterisk.ami_port", in: 1...65_535, default: 5_038, reader),
                username: reader.string(forKey: "asterisk.ami_username", default: "provd"),
                secretFile: Credential.path(reader.string(forKey: "asterisk.ami_secret_file", default: "/etc/provd/asterisk-secret")))
        }
        kamailioHost = reader.string(forKey: "kamailio.host")
        if reader.string(forKey: "sip.trusted_peers") != nil {
            trustedPeers = Set(try Self.addresses("sip.trusted_peers", default: "", reader).map(\.description))
        }
        if let file = reader.string(forKey: "freeswitch.password_file") {
            freeSWITCH = FreeSWITCH(
                username: reader.string(forKey: "freeswitch.username", default: "freeswitch"), passwordFile: Credential.path(file),
                profile: reader.string(forKey: "freeswitch.profile", default: "internal"))
        }
    }

    /// The PBX as phones are told of it, if one is named.
    var host: String? { registrar?.host ?? asteriskHost ?? kamailioHost }

    /// The hosts at which provd sees phones register besides itself.
    var seenRegistrars: Set<String> {
        Set([manager == nil ? nil : asteriskHost, kamailioHost].compactMap { $0 })
    }

    private static func server(_ text: String) throws(ConfigurationProblem) -> SIPServer {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let port = parts.count == 2 ? UInt16(parts[1]) : nil
        guard let host = parts.first, parts.count <= 2, parts.count == 1 || port ?? 0 > 0, (1...253).contains(host.utf8.count),
            host.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || "-.".utf8.contains($0) })
        else { throw ConfigurationProblem("sip.registrar is “\(text)”: write HOST or HOST:PORT of the PBX at which phones register") }
        return SIPServer(host: String(host), port: port)
    }

    /// Addresses in one text, with spaces between them.
    private static func addresses(_ key: String, default value: String, _ reader: ConfigReader) throws(ConfigurationProblem) -> Set<IPAddress> {
        let text = reader.string(forKey: ConfigKey(key.split(separator: ".").map(String.init)), default: value)
        let words = text.split(separator: " ")
        let addresses = words.compactMap { IPAddress($0) }
        guard !addresses.isEmpty, addresses.count == words.count else {
            throw ConfigurationProblem("\(key) is “\(text)”: write IP addresses with spaces between them, in quotes")
        }
        return Set(addresses)
    }
}
