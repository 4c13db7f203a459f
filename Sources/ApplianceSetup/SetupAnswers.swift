// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// What the set-up makes of an installer's answers: complete, and in harmony with each other.
public struct SetupAnswers: Sendable, Equatable {
    /// Who tells phones where the appliance is.
    public enum DHCP: Sendable, Equatable {
        /// A DHCP server on this machine, which leases these addresses.
        case served(by: LocalServer, from: IPv4Address, through: IPv4Address)
        /// A DHCP server elsewhere, for which a configuration is written.
        case generated(server: String)
        /// provd itself, for phones that have an address and ask by DHCPINFORM (RFC 2131, section 3.4).
        case inform
        /// Nobody.
        case none
    }

    /// A DHCP server that the set-up can run here.
    public enum LocalServer: String, Sendable, CaseIterable {
        case dnsmasq, kea
    }

    /// The telephone system at which lines register.
    public enum PBX: Sendable, Equatable {
        /// provd's own registrar and proxy.
        case embedded
        /// Another one.
        case other(OtherPBX, address: String)
    }

    /// A telephone system that is not part of provd.
    public enum OtherPBX: String, Sendable, CaseIterable {
        case asterisk, kamailio, freeswitch
    }

    public let interface: String
    public let address: IPv4Address
    public let network: IPv4Network
    public let router: IPv4Address?
    public let nameServers: [IPv4Address]
    public let dhcp: DHCP
    public let pbx: PBX
    /// The makes of phones; none is all.
    public let vendors: [String]
    public let locale: String?
    public let timezone: String?
    /// A path of a CSV file.
    public let lines: String?

    /// The servers for which `dhcpd-config` writes configurations.
    static let generatedServers = ["dnsmasq", "isc", "kea", "routeros", "windows", "opnsense", "cisco-ios", "systemd-networkd"]

    /// Reads a sheet.
    ///
    /// - Throws: `SetupProblem` for the first answer that is missing, wrong, or at odds with another one.
    public init(_ sheet: SetupSheet) throws(SetupProblem) {
        interface = try Self.required(.interface, sheet)
        guard Self.isInterfaceName(interface) else { throw SetupProblem("interface: “\(interface)” is no name of an interface, such as eth0") }
        let address = try Self.address(.address, try Self.required(.address, sheet))
        let text = try Self.required(.network, sheet)
        guard let network = IPv4Network(text), (8...30).contains(network.prefixLength) else {
            throw SetupProblem("network: “\(text)” is no network of 2 to 16 million hosts: write it as 10.77.0.0/24")
        }
        guard Self.isHost(address, of: network) else {
            throw SetupProblem("address: \(address) is no address of a host in \(network): phones in that network could not reach it without a router")
        }
        self.address = address
        self.network = network
        if let text = sheet[.router], text != "none" {
            let router = try Self.address(.router, text)
            guard Self.isHost(router, of: network) else { throw SetupProblem("router: \(router) is no address of a host in \(network)") }
            self.router = router
        } else {
            router = nil
        }
        var servers: [IPv4Address] = []
        for text in Self.list(.dns, sheet) { servers.append(try Self.address(.dns, text)) }
        nameServers = servers
        dhcp = try Self.dhcp(sheet, network: network, address: address)
        pbx = try Self.pbx(sheet)
        vendors = Self.list(.vendors, sheet).filter { $0 != "all" }
        for vendor in vendors where !vendor.utf8.allSatisfy({ $0 == 0x2D || Self.isAlphanumeric($0) }) {
            throw SetupProblem("vendors: “\(vendor)” is no make of phones: “dhcpd-config vendors” lists them")
        }
        locale = sheet[.locale].flatMap { $0.isEmpty ? nil : $0 }
        if let locale, !locale.utf8.allSatisfy({ $0 == 0x5F || Self.isAlphanumeric($0) }) {
            throw SetupProblem("locale: “\(locale)” is no locale, such as en_GB or de")
        }
        timezone = sheet[.timezone].flatMap { $0.isEmpty ? nil : $0 }
        if let timezone, !timezone.utf8.allSatisfy({ "/_+-".utf8.contains($0) || Self.isAlphanumeric($0) }) {
            throw SetupProblem("timezone: “\(timezone)” is no time zone, such as Europe/Berlin")
        }
        lines = sheet[.lines].flatMap { ["", "none"].contains($0) ? nil : $0 }
    }

    // MARK: - Single answers

    private static func required(_ key: SetupKey, _ sheet: SetupSheet) throws(SetupProblem) -> String {
        guard let text = sheet[key], !text.isEmpty else {
            throw SetupProblem("\(key.rawValue): there is no answer: give --\(key.option) or write it into the answers file")
        }
        return text
    }

    private static func address(_ key: SetupKey, _ text: String) throws(SetupProblem) -> IPv4Address {
        guard let address = IPv4Address(text), !address.isLoopback, address != .any else {
            throw SetupProblem("\(key.rawValue): “\(text)” is no IPv4 address that others can reach, such as 10.77.0.1")
        }
        return address
    }

    private static func list(_ key: SetupKey, _ sheet: SetupSheet) -> [String] {
        (sheet[key] ?? "").split { $0 == "," || $0 == " " }.map(String.init).filter { $0 != "none" }
    }

    private static func dhcp(_ sheet: SetupSheet, network: IPv4Network, address: IPv4Address) throws(SetupProblem) -> DHCP {
        let role = sheet[.dhcp] ?? "none"
        if let server = LocalServer(rawValue: role) {
            let text = try required(.range, sheet)
            let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard ends.count == 2, let first = IPv4Address(ends[0]), let last = IPv4Address(ends[1]), first <= last,
                isHost(first, of: network), isHost(last, of: network)
            else { throw SetupProblem("range: “\(text)” is no range of addresses in \(network): write it as 10.77.0.100-10.77.0.199") }
            guard !(first...last).contains(address) else {
                throw SetupProblem("range: \(text) holds \(address), the address of this machine, which nobody else may get")
            }
            return .served(by: server, from: first, through: last)
        }
        switch role {
        case "generate":
            let server = try required(.dhcpServer, sheet)
            guard generatedServers.contains(server) else {
                throw SetupProblem("dhcp_server: “\(server)” is not known: it can be \(generatedServers.joined(separator: ", "))")
            }
            return .generated(server: server)
        case "inform": return .inform
        case "none": return .none
        default: throw SetupProblem("dhcp: “\(role)” is no role: it can be dnsmasq, kea, generate, inform or none")
        }
    }

    private static func pbx(_ sheet: SetupSheet) throws(SetupProblem) -> PBX {
        let name = sheet[.pbx] ?? "embedded"
        guard name != "embedded" else { return .embedded }
        guard let other = OtherPBX(rawValue: name) else {
            throw SetupProblem("pbx: “\(name)” is not known: it can be embedded, \(OtherPBX.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let address = try required(.pbxAddress, sheet)
        guard !address.isEmpty, address.utf8.count <= 253, address.utf8.allSatisfy({ ".-:".utf8.contains($0) || isAlphanumeric($0) }) else {
            throw SetupProblem("pbx_address: “\(address)” is neither a host name nor an address")
        }
        return .other(other, address: address)
    }

    private static func isHost(_ address: IPv4Address, of network: IPv4Network) -> Bool {
        network.contains(address) && address != network.base && address != network.last
    }

    /// As Linux has it: 1 to 15 octets, no slash and no white space.
    private static func isInterfaceName(_ name: String) -> Bool {
        (1...15).contains(name.utf8.count) && name.utf8.allSatisfy { ".-_:@".utf8.contains($0) || isAlphanumeric($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}

extension SetupKey {
    /// The key as an option of the command line, without its hyphens.
    public var option: String { rawValue.split(separator: "_").joined(separator: "-") }
}
