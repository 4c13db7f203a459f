// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
import Foundation
import NetTypes

/// Two network namespaces joined by cables: one for the server with the interfaces that the site names, one for phones.
/// Nothing in them reaches the machine's own network.
struct StagedNetwork {
    /// The server's side of a cable.
    struct Port {
        /// The interface's name in the server's namespace: as the site names it.
        let name: String
        /// The phones' end.
        let clientEnd: String
        /// The subnets that are directly on it.
        var subnets: [Site.Subnet]
    }

    /// The namespace of the server.
    let server: NetworkNamespace
    /// The namespace of the phones.
    let clients: NetworkNamespace
    /// The cables.
    let ports: [Port]
    private let ip: Program

    /// Lays the cables for a plan.
    init(_ plan: DHCPPlan) throws {
        guard geteuid() == 0 else { throw VerificationFailure("a staged server needs network namespaces, and those need root: run with sudo") }
        guard let ip = Program("ip") else { throw VerificationFailure("ip is not installed: apt-get install iproute2") }
        self.ip = ip
        ports = Self.ports(plan)
        let name = "provd-verify-\(getpid())"
        server = NetworkNamespace(name: "\(name)-server")
        clients = NetworkNamespace(name: "\(name)-phones")
        do {
            try ip.run(["netns", "add", server.name])
            try ip.run(["netns", "add", clients.name])
            for port in ports { try lay(port) }
            if let first = ports.first {
                for relay in Set(plan.subnets.flatMap(\.relays)).sorted() { try lead(to: relay, by: first) }
            }
        } catch {
            remove()
            throw error
        }
    }

    /// Takes everything away.
    func remove() {
        for namespace in [server, clients] where FileManager.default.fileExists(atPath: "/run/netns/\(namespace.name)") {
            try? ip.run(["netns", "delete", namespace.name])
        }
    }

    /// The port on which a subnet's messages come in: its own, or for relays the first.
    func port(for subnet: Site.Subnet) -> Port? {
        ports.first { $0.subnets.contains { $0.name == subnet.name } } ?? ports.first
    }

    /// The arguments with which `ip` starts a program in the server's namespace.
    func asServer(_ program: Program, _ arguments: [String]) -> (Program, [String]) {
        (ip, ["netns", "exec", server.name, program.path] + arguments)
    }

    // MARK: Cables

    private static func ports(_ plan: DHCPPlan) -> [Port] {
        var ports: [Port] = []
        func add(_ subnet: Site.Subnet, _ name: String) {
            if let index = ports.firstIndex(where: { $0.name == name }) {
                ports[index].subnets.append(subnet)
            } else {
                ports.append(Port(name: name, clientEnd: "phone\(ports.count)", subnets: [subnet]))
            }
        }
        for subnet in plan.subnets where subnet.relays.isEmpty || subnet.interface != nil {
            add(subnet, subnet.interface ?? "verify\(ports.count)")
        }
        // Relayed requests need some interface to come in by, and dhcpd one with an address of a subnet it knows.
        if ports.isEmpty, let first = plan.subnets.first { add(first, "verify0") }
        return ports
    }

    private func lay(_ port: Port) throws {
        try ip.run(["-n", server.name, "link", "add", port.name, "type", "veth", "peer", "name", port.clientEnd, "netns", clients.name])
        for subnet in port.subnets {
            guard let address = Self.serverAddress(in: subnet) else { throw VerificationFailure("\(subnet.network) has no room for the server") }
            try ip.run(["-n", server.name, "address", "add", "\(address)/\(subnet.network.prefixLength)", "brd", "+", "dev", port.name])
        }
        try ip.run(["-n", server.name, "link", "set", port.name, "up"])
        try ip.run(["-n", server.name, "link", "set", "lo", "up"])
        try ip.run(["-n", clients.name, "link", "set", port.clientEnd, "up"])
    }

    /// Answers go to the relay's address. Nobody there answers ARP, so that the way is written down.
    private func lead(to relay: IPv4Address, by port: Port) throws {
        try ip.run(["-n", clients.name, "link", "set", port.clientEnd, "address", Self.relayMAC])
        try ip.run(["-n", server.name, "route", "replace", "\(relay)/32", "dev", port.name])
        try ip.run(["-n", server.name, "neigh", "replace", relay.description, "lladdr", Self.relayMAC, "dev", port.name, "nud", "permanent"])
    }

    /// Locally administered, for the phones' end when it plays the relay.
    private static let relayMAC = "02:50:52:4f:56:52"

    /// An address for the server that the site gives to nobody else.
    private static func serverAddress(in subnet: Site.Subnet) -> IPv4Address? {
        func isFree(_ address: IPv4Address) -> Bool {
            subnet.network.contains(address) && !subnet.relays.contains(address)
                && !subnet.ranges.contains { $0.first <= address && address <= $0.last }
                && !subnet.reservations.contains { $0.address == address }
        }
        let wished = [subnet.provd.address] + subnet.routers
        if let address = wished.first(where: isFree) { return address }
        let first = subnet.network.base.bits &+ 1, last = subnet.network.last.bits
        guard first < last else { return nil }
        return (first..<last).lazy.reversed().map(IPv4Address.init(bits:)).first(where: isFree)
    }
}
