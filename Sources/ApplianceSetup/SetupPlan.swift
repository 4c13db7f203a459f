// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// What the set-up writes and does for an installer's answers, before any of it is done.
public struct SetupPlan: Sendable, Equatable {
    /// A file as it is to be.
    public struct File: Sendable, Equatable {
        /// Where it is.
        public let path: String
        /// Its text; `nil` if there is to be no such file.
        public let text: String?
        /// Whether it can hold secrets, so that only root and provd's group may read it.
        public let isPrivate: Bool

        /// Describes a file; without a text there is to be none.
        public init(path: String, text: String?, isPrivate: Bool) {
            self.path = path
            self.text = text
            self.isPrivate = isPrivate
        }
    }

    /// A program that is run, once the files are in place.
    public struct Command: Sendable, Equatable {
        /// The program and its arguments.
        public let arguments: [String]
        /// What it is good for, in words for a person.
        public let purpose: String

        init(_ arguments: [String], _ purpose: String) {
            self.arguments = arguments
            self.purpose = purpose
        }
    }

    /// Where lines register.
    public enum Registrar: Sendable, Equatable {
        /// As the config says, which nobody changed.
        case unchanged
        /// At provd itself, and no more at another telephone system.
        case provd
        /// At another telephone system.
        case elsewhere(String)
    }

    /// Where everything is.
    public struct Places: Sendable, Equatable {
        /// The directory of settings.
        public var settings = "/etc/provd"
        /// The directory of systemd's own settings.
        public var units = "/etc/systemd/system"

        public init() {}

        public init(settings: String, units: String) {
            self.settings = settings
            self.units = units
        }

        /// The settings of provd.
        public var configuration: String { settings + "/provd.yml" }
        /// The answers of the last time.
        public var answers: String { settings + "/setup.yml" }
        /// The network, for `dhcpd-config`.
        public var site: String { settings + "/site.yml" }
        /// The configuration that dnsmasq reads.
        public var dnsmasq: String { settings + "/dnsmasq.conf" }
        /// The configuration for a DHCP server elsewhere.
        public func generated(for server: String) -> String { settings + "/for-\(server)-dhcp-server.conf" }
        /// What `provd.socket` has beyond its unit.
        public var ports: String { units + "/provd.socket.d/provd-setup.conf" }
        /// What the sniffer is told beyond its unit.
        public var sniffer: String { units + "/dhcp-sniffd.service.d/provd-setup.conf" }
    }

    /// The files, in the order in which they are written.
    public let files: [File]
    /// The programs, in the order in which they run.
    public let commands: [Command]
    /// Files that these programs write, which an undoing has to put back too.
    public let written: [String]
    /// The unit of the DHCP server that is to run here, if one is.
    public let dhcpUnit: String?
    /// What `raw_config` of the config `base`, from which all others inherit, says.
    public let parameters: [String: String]
    /// Where lines register, for the config `default`.
    public let registrar: Registrar
    /// The table of first lines, if there is one.
    public let lines: String?
    /// What the person does next.
    public let next: [String]

    /// Plans.
    ///
    /// - Parameters:
    ///   - answers: What the installer said.
    ///   - sheet: The same as it was written, to be kept for the next time.
    ///   - former: The answers of the last time, if there was one.
    ///   - settings: The text of `provd.yml` as it is now, or empty.
    ///   - ports: The text of ``Places/ports`` as it is now, if there is such a file.
    /// - Throws: `SetupProblem` if `provd.yml` cannot be changed without touching what somebody wrote.
    public init(
        _ answers: SetupAnswers, sheet: SetupSheet, former: SetupSheet = SetupSheet(), settings: String, ports: String? = nil, places: Places = Places()
    ) throws(SetupProblem) {
        // The first lines are added once.
        var kept = sheet
        kept[.lines] = nil
        let configuration = try Self.configuration(answers, settings), dropIn = try PhonePorts(settings: configuration).dropIn
        files = [
            File(path: places.configuration, text: configuration, isPrivate: true),
            File(path: places.ports, text: dropIn, isPrivate: false),
            File(path: places.site, text: Self.site(answers), isPrivate: true),
            File(path: places.sniffer, text: Self.sniffer(answers), isPrivate: false),
            File(path: places.answers, text: "# The answers of “provctl setup”; it proposes them the next time.\n" + kept.yaml, isPrivate: true),
        ]
        commands = Self.commands(answers, places, stopping: Self.stopping(former, unless: sheet), changesPorts: dropIn != ports)
        dhcpUnit = Self.dhcpUnit(sheet)
        let configurations: [String] =
            switch answers.dhcp {
            case .served(by: .dnsmasq, _, _): [places.dnsmasq]
            case .served(by: .kea, _, _): [Self.keaConfiguration]
            case .generated(let server): [places.generated(for: server)]
            case .inform, .none: []
            }
        // dhcpd-config keeps the one before.
        written = configurations + configurations.map { $0 + ".previous" }
        parameters = Self.parameters(answers)
        registrar =
            switch answers.pbx {
            case .other(_, let address): .elsewhere(address)
            case .embedded: ["embedded", nil].contains(former[.pbx]) ? .unchanged : .provd
            }
        lines = answers.lines
        next = Self.next(answers, places)
    }

    /// Where Debian's Kea reads its configuration.
    private static let keaConfiguration = "/etc/kea/kea-dhcp4.conf"

    // MARK: - Files

    private static func configuration(_ answers: SetupAnswers, _ settings: String) throws(SetupProblem) -> String {
        var text = SettingsText(settings.isEmpty ? "# Settings of provd; /usr/share/doc/provd/configuration.md has all of them.\n" : settings)
        do throws(SetupProblem) {
            try text.set("advertised_address", to: answers.address.description)
            let inform = answers.dhcp == .inform ? "{enabled: true, interface: \(SetupSheet.quoted(answers.interface)), address: \(answers.address)}" : nil
            try text.set("dhcp_inform", to: inform)
        } catch {
            throw SetupProblem("provd.yml: \(error)")
        }
        return text.text
    }

    private static func site(_ answers: SetupAnswers) -> String {
        var lines = ["# The phones' network, for dhcpd-config; /usr/share/doc/provd/dhcp.md explains it.", "provd:", "  address: \(answers.address)", ""]
        if !answers.vendors.isEmpty { lines += ["vendors: [\(answers.vendors.joined(separator: ", "))]", ""] }
        lines += ["subnets:", "  - name: phones", "    network: \(answers.network)", "    interface: \(SetupSheet.quoted(answers.interface))"]
        if let router = answers.router { lines.append("    router: \(router)") }
        if !answers.nameServers.isEmpty { lines.append("    dns: [\(answers.nameServers.map(\.description).joined(separator: ", "))]") }
        if case .served(_, let first, let last) = answers.dhcp { lines.append("    ranges: \(first)-\(last)") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The sniffer listens where the phones are, and knows which DHCP server is the right one, if that is here.
    private static func sniffer(_ answers: SetupAnswers) -> String {
        var options = "--interface \(answers.interface)"
        if case .served = answers.dhcp { options += " --server \(answers.address)" }
        return "# Written by “provctl setup”.\n[Service]\nEnvironment=\"SNIFFD_OPTIONS=\(options)\"\n"
    }

    // MARK: - Commands

    private static func commands(_ answers: SetupAnswers, _ places: Places, stopping: [Command], changesPorts: Bool) -> [Command] {
        let dnsmasqUnit = "provd-dnsmasq.service"
        var commands = [
            Command(["provd", "check-config", "--config", places.configuration], "the settings are right"),
            Command(["dhcpd-config", "check", places.site], "the network is described without mistakes"),
            Command(["systemctl", "daemon-reload"], "systemd reads the units again"),
        ]
        commands += stopping
        if changesPorts { commands.append(closingPorts) }
        commands += [
            Command(["systemctl", "enable", "--quiet", "provd.socket", "provd.service", "dhcp-sniffd.service", "provd-backup.timer"], "the daemons start with the machine"),
            Command(["systemctl", "restart", "provd.service", "dhcp-sniffd.service"], "provd and the sniffer run with the new settings"),
            Command(["systemctl", "start", "provd-backup.timer"], "a backup is made each night"),
        ]
        switch answers.dhcp {
        case .served(by: .dnsmasq, _, _):
            commands += [
                Command(
                    ["dhcpd-config", "apply", "--for", "dnsmasq", "--output", places.dnsmasq, "--reload", "systemctl restart \(dnsmasqUnit)", places.site],
                    "dnsmasq leases addresses and tells phones where provd is"),
                Command(["systemctl", "enable", "--quiet", dnsmasqUnit], "dnsmasq starts with the machine"),
            ]
        case .served(by: .kea, _, _):
            commands.append(
                Command(
                    [
                        "dhcpd-config", "apply", "--for", "kea", "--output", keaConfiguration, "--reload", "systemctl restart kea-dhcp4-server.service",
                        places.site,
                    ], "Kea leases addresses and tells phones where provd is"))
        case .generated(let server):
            commands.append(
                Command(
                    ["dhcpd-config", "generate", "--for", server, "--output", places.generated(for: server), places.site],
                    "the configuration for your DHCP server is written"))
        case .inform, .none: break
        }
        return commands
    }

    /// Closes the ports: systemd opens others only while nobody serves the earlier ones. The start of provd opens them.
    static let closingPorts = Command(["systemctl", "stop", "provd.socket", "provd.service"], "the earlier ports are closed")

    private static func parameters(_ answers: SetupAnswers) -> [String: String] {
        var parameters: [String: String] = [:]
        parameters["locale"] = answers.locale
        parameters["timezone"] = answers.timezone
        return parameters
    }

    /// The three things that only a person can do.
    private static func next(_ answers: SetupAnswers, _ places: Places) -> [String] {
        let network =
            switch answers.dhcp {
            case .served: "See that no other DHCP server answers in \(answers.network): phones take whichever answers first."
            case .generated(let server): "Put \(places.generated(for: server)) into your DHCP server; “dhcpd-config verify --live” then compares what it says."
            case .inform: "Phones must have their addresses from elsewhere; provd answers those that ask for more by DHCPINFORM."
            case .none: "Tell phones by hand where provd is: http://\(answers.address):8667/"
            }
        var people =
            answers.lines == nil
            ? "Add a line for each person: provctl line add --number 101 --name \"Alice Martin\"" : "Print the cards with the codes: provctl line cards"
        if case .other(let pbx, let address) = answers.pbx {
            people = pbx.connection(at: address) + " " + people
        }
        return [network, people, "Plug a phone in, and watch it come: provctl timeline --follow"]
    }
}
