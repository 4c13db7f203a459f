// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

extension SiteReader {
    mutating func subnet(_ node: YAMLNode, _ defaults: Defaults, _ provd: Site.ProvdAddresses?) -> Site.Subnet? {
        guard var mapping = YAMLMapping(node, "a subnet", &problems) else { return nil }
        let nameNode = mapping.require("name", "the subnet", &problems)
        let name = nameNode?.text("name", &problems) ?? ""
        if let nameNode, !Self.isName(name) {
            problems.error(
                nameNode.location, "the subnet name “\(name.excerpt)” becomes a tag in the server's configuration",
                "use 1 to 24 letters, digits and dashes, a letter first")
        }
        let network = mapping.require("network", "the subnet", &problems).flatMap { self.network($0) }
        let interface = self.interface(&mapping)
        let vlan = mapping.number("vlan", in: 1...4094, &problems)
        let relays = addressList(&mapping, "relays")
        let circuitIDs = self.circuitIDs(&mapping)
        let ranges = rangeList(&mapping, "ranges", network)
        let exclusions = rangeList(&mapping, "exclude", network)
        let reservations = self.reservations(&mapping, network)
        let routerNode = mapping.take("router")
        let routers = routerNode.map { addresses(of: $0, "router") } ?? []
        let dns = mapping.take("dns").map { addresses(of: $0, "dns") } ?? defaults.dns
        let ntp = mapping.take("ntp").map { addresses(of: $0, "ntp") } ?? defaults.ntp
        let domain = self.domain(&mapping) ?? defaults.domain
        let lease = self.lease(&mapping) ?? defaults.leaseSeconds
        let audience = mapping.choice("serve", &problems) ?? defaults.audience
        let voiceVLAN = mapping.number("voice_vlan", in: 1...4094, &problems)
        let home = self.provd(&mapping, provd)
        mapping.finish("a subnet", &problems)
        guard let network, let home else { return nil }

        for router in routers where !network.contains(router) {
            problems.error(
                routerNode?.location, "the router \(router) is not in \(network), so that no phone can reach it",
                "give the address that the router has in this subnet")
        }
        checkOverlaps(ranges, in: name)
        let reserved = reservations.map(\.address)
        for taken in Set(routers + [home.address]) where ranges.contains(where: { $0.contains(taken) }) {
            guard !exclusions.contains(where: { $0.contains(taken) }), !reserved.contains(taken) else { continue }
            problems.error(
                ranges.first { $0.contains(taken) }?.location,
                "the range would lease \(taken), which \(routers.contains(taken) ? "the router" : "provd") has",
                "shorten the range or add “exclude: [\(taken)]”")
        }
        if ranges.isEmpty, reservations.isEmpty {
            problems.warning(node.location, "the subnet “\(name)” leases no address", "add “ranges:” or “reservations:”")
        }
        return Site.Subnet(
            name: name, network: network, interface: interface, vlan: vlan, relays: relays, circuitIDs: circuitIDs,
            ranges: subtract(exclusions, from: ranges), reservations: reservations, routers: routers, dns: dns, ntp: ntp,
            domain: domain, leaseSeconds: lease, audience: audience, voiceVLAN: voiceVLAN, provd: home,
            location: node.location)
    }

    /// Compares subnets with each other.
    mutating func checkAcross(_ subnets: [Site.Subnet]) {
        for (index, subnet) in subnets.enumerated() {
            for other in subnets[..<index] {
                if subnet.network.overlaps(other.network) {
                    problems.error(
                        subnet.location, "the subnet “\(subnet.name)” (\(subnet.network)) overlaps “\(other.name)” (\(other.network))",
                        "give each subnet a network of its own; the other is in \(other.location)")
                }
                if subnet.name == other.name {
                    problems.error(subnet.location, "two subnets are named “\(subnet.name)”", "rename one; the other is in \(other.location)")
                }
            }
        }
        var seen: [MACAddress: Site.Reservation] = [:]
        for reservation in subnets.flatMap(\.reservations) {
            if let other = seen[reservation.mac], subnets.contains(where: { $0.reservations.contains(other) && $0.reservations.contains(reservation) }) {
                problems.error(
                    reservation.location, "\(reservation.mac) has two reservations in one subnet", "remove one; the other is in \(other.location)")
            }
            seen[reservation.mac] = reservation
        }
    }

    // MARK: Single values

    private mutating func provd(_ mapping: inout YAMLMapping, _ base: Site.ProvdAddresses?) -> Site.ProvdAddresses? {
        let own = mapping.take("provd").map { addresses($0, base) } ?? base
        guard let tenantNode = mapping.take("tenant"), let tenant = tenantNode.text("tenant", &problems) else { return own }
        guard let key = tenantKey(tenant) else {
            problems.error(tenantNode.location, "there is no tenant “\(tenant.excerpt)” with a url_key", "describe it under “tenants:”")
            return own
        }
        return own.map {
            Site.ProvdAddresses(
                address: $0.address, tftpServer: $0.tftpServer, httpURL: $0.httpURL, httpsURL: $0.httpsURL, urlKey: key,
                location: $0.location)
        }
    }

    static func isName(_ name: String) -> Bool {
        guard name.utf8.count <= 24, let first = name.first, first.isASCII, first.isLetter else { return false }
        return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }

    private mutating func interface(_ mapping: inout YAMLMapping) -> String? {
        guard let node = mapping.take("interface"), let name = node.text("interface", &problems) else { return nil }
        // Linux names have at most 15 octets without slashes or blanks.
        guard (1...15).contains(name.utf8.count), name.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !#"/"\,#'"#.utf8.contains($0) }) else {
            problems.error(node.location, "“\(name.excerpt)” is not the name of a network interface", "write it as eth0 or br0.100")
            return nil
        }
        return name
    }

    private mutating func circuitIDs(_ mapping: inout YAMLMapping) -> [String] {
        mapping.texts("circuit_ids", &problems).compactMap { entry in
            if (1...200).contains(entry.text.utf8.count), entry.text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return entry.text }
            problems.error(entry.location, "a circuit id must be printable ASCII text of at most 200 characters")
            return nil
        }
    }

    mutating func address(_ node: YAMLNode, _ key: String) -> IPv4Address? {
        guard let text = node.text(key, &problems) else { return nil }
        if let address = IPv4Address(text) { return address }
        problems.error(node.location, "“\(text.excerpt)” is not an IPv4 address", "write it as 192.0.2.7")
        return nil
    }

    mutating func addresses(of node: YAMLNode, _ key: String) -> [IPv4Address] {
        guard case .list(let nodes) = node.content else { return address(node, key).map { [$0] } ?? [] }
        return nodes.compactMap { address($0, key) }
    }

    mutating func addressList(_ mapping: inout YAMLMapping, _ key: String) -> [IPv4Address] {
        mapping.take(key).map { addresses(of: $0, key) } ?? []
    }

    private mutating func network(_ node: YAMLNode) -> IPv4Network? {
        guard let text = node.text("network", &problems) else { return nil }
        if let network = IPv4Network(text), (1...30).contains(network.prefixLength) { return network }
        let parts = text.split(separator: "/")
        if parts.count == 2, let address = IPv4Address(parts[0]), let length = UInt8(parts[1]),
            let network = IPv4Network(containing: address, prefixLength: Int(length)), network.base != address
        {
            problems.error(node.location, "“\(text.excerpt)” is an address inside a network", "write the network: \(network)")
        } else {
            problems.error(node.location, "“\(text.excerpt)” is not an IPv4 network", "write it as 10.77.0.0/24, with /1 to /30")
        }
        return nil
    }

    mutating func lease(_ mapping: inout YAMLMapping) -> Int? {
        guard let node = mapping.take("lease"), let text = node.text("lease", &problems) else { return nil }
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        let unit = text.last.flatMap { units[$0] }
        let number = unit == nil ? nil : Int(text.dropLast())
        // A minute is the shortest time in which a phone does anything but renew; a year is as good as for ever.
        if let unit, let number, (1...31_536_000).contains(number), (60...31_536_000).contains(number * unit) { return number * unit }
        problems.error(node.location, "“\(text.excerpt)” is not a lease time", "write it as 10m, 8h or 2d: from 60s to 365d")
        return nil
    }

    mutating func domain(_ mapping: inout YAMLMapping) -> String? {
        guard let node = mapping.take("domain"), let text = node.text("domain", &problems) else { return nil }
        if isHostName(text) { return text }
        problems.error(node.location, "“\(text.excerpt)” is not a domain name")
        return nil
    }

    private mutating func reservations(_ mapping: inout YAMLMapping, _ network: IPv4Network?) -> [Site.Reservation] {
        var reservations: [Site.Reservation] = []
        for node in mapping.list("reservations", &problems) {
            guard var entry = YAMLMapping(node, "a reservation", &problems) else { continue }
            let macNode = entry.require("mac", "the reservation", &problems)
            let macText = macNode?.text("mac", &problems)
            let mac = macText.flatMap { MACAddress($0) }
            if let macText, mac == nil {
                problems.error(macNode?.location, "“\(macText.excerpt)” is not a MAC address", "write it as 00:15:65:aa:bb:cc")
            }
            let address = entry.require("address", "the reservation", &problems).flatMap { self.address($0, "address") }
            let hostname = entry.text("hostname", &problems)
            if let hostname, !isHostName(hostname) { problems.error(node.location, "“\(hostname.excerpt)” is not a host name") }
            entry.finish("a reservation", &problems)
            guard let mac, let address else { continue }
            if let network, !network.contains(address) {
                problems.error(node.location, "the reserved address \(address) is not in \(network)", "choose one that is")
            }
            if reservations.contains(where: { $0.address == address }) {
                problems.error(node.location, "\(address) is reserved twice", "give each device its own address")
            }
            reservations.append(Site.Reservation(mac: mac, address: address, hostname: hostname, location: node.location))
        }
        return reservations
    }

    // MARK: Ranges

    private mutating func rangeList(_ mapping: inout YAMLMapping, _ key: String, _ network: IPv4Network?) -> [Site.AddressRange] {
        mapping.texts(key, &problems).compactMap { entry in
            let parts = entry.text.split(separator: "-", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
            guard (1...2).contains(parts.count), let first = IPv4Address(parts[0]), let last = IPv4Address(parts[parts.count - 1]) else {
                problems.error(entry.location, "“\(entry.text.excerpt)” is not a range of addresses", "write it as 10.77.0.100-10.77.0.199")
                return nil
            }
            guard first <= last else {
                problems.error(entry.location, "the range ends before it begins", "write it as \(last)-\(first)")
                return nil
            }
            if let network {
                guard network.contains(first), network.contains(last) else {
                    problems.error(entry.location, "the range \(first)-\(last) is not inside \(network)", "correct the range or the network")
                    return nil
                }
                guard first != network.base, last != network.last else {
                    problems.error(
                        entry.location, "the range holds the network's own address \(network.base) or its broadcast address \(network.last)",
                        "leave them out")
                    return nil
                }
            }
            return Site.AddressRange(first: first, last: last, location: entry.location)
        }
    }

    private mutating func checkOverlaps(_ ranges: [Site.AddressRange], in subnet: String) {
        for (index, range) in ranges.enumerated() {
            for other in ranges[..<index] where range.first <= other.last && other.first <= range.last {
                problems.error(
                    range.location, "the ranges \(other.first)-\(other.last) and \(range.first)-\(range.last) of “\(subnet)” overlap",
                    "merge or separate them")
            }
        }
    }

    /// What is left of `ranges` without `exclusions`, in order.
    private func subtract(_ exclusions: [Site.AddressRange], from ranges: [Site.AddressRange]) -> [Site.AddressRange] {
        var result = ranges
        for hole in exclusions {
            result = result.flatMap { range -> [Site.AddressRange] in
                guard range.first <= hole.last, hole.first <= range.last else { return [range] }
                var pieces: [Site.AddressRange] = []
                if range.first < hole.first {
                    pieces.append(Site.AddressRange(first: range.first, last: IPv4Address(bits: hole.first.bits - 1), location: range.location))
                }
                if hole.last < range.last {
                    pieces.append(Site.AddressRange(first: IPv4Address(bits: hole.last.bits + 1), last: range.last, location: range.location))
                }
                return pieces
            }
        }
        return result.sorted { $0.first < $1.first }
    }
}

extension Site.AddressRange {
    func contains(_ address: IPv4Address) -> Bool { first <= address && address <= last }
}
