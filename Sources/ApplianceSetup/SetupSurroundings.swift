// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// What a machine says of itself, from which the set-up proposes answers.
public struct SetupSurroundings: Sendable, Equatable {
    /// An interface with an IPv4 address.
    public struct Interface: Sendable, Equatable {
        public let name: String
        public let address: IPv4Address
        public let prefixLength: Int

        public init(name: String, address: IPv4Address, prefixLength: Int) {
            self.name = name
            self.address = address
            self.prefixLength = prefixLength
        }
    }

    /// The interfaces, without the loopback.
    public var interfaces: [Interface]
    /// The routers by the interface to which their route leads.
    public var routers: [String: IPv4Address]
    public var nameServers: [IPv4Address]
    public var locale: String?
    public var timezone: String?

    public init(
        interfaces: [Interface], routers: [String: IPv4Address] = [:], nameServers: [IPv4Address] = [], locale: String? = nil, timezone: String? = nil
    ) {
        self.interfaces = interfaces
        self.routers = routers
        self.nameServers = nameServers
        self.locale = locale
        self.timezone = timezone
    }

    /// What is proposed for an answer, given those before it.
    public func proposal(for key: SetupKey, after sheet: SetupSheet) -> String? {
        let interface = interfaces.first { $0.name == sheet[.interface] }
        let network = sheet[.network].flatMap { IPv4Network($0) }
        return switch key {
        case .interface: interfaces.first?.name
        case .address: interface?.address.description
        case .network: interface.flatMap { IPv4Network(containing: $0.address, prefixLength: $0.prefixLength) }?.description
        case .router:
            sheet[.interface].flatMap { routers[$0] }.flatMap { router in network.map { $0.contains(router) } == true ? router.description : nil } ?? "none"
        case .dns: nameServers.isEmpty ? "none" : nameServers.map(\.description).joined(separator: ",")
        case .dhcp: "dnsmasq"
        case .range: network.flatMap { Self.range(of: $0, without: sheet[.address].flatMap { IPv4Address($0) }) }
        case .dhcpServer: "isc"
        case .pbx: "embedded"
        case .pbxAddress: nil
        case .vendors: "all"
        case .locale: locale ?? "en_GB"
        case .timezone: timezone ?? "UTC"
        case .lines: "none"
        }
    }

    /// The upper half of a network's addresses, as far as the machine itself is not among them.
    private static func range(of network: IPv4Network, without address: IPv4Address?) -> String? {
        let size = network.last.bits - network.base.bits
        guard size >= 7 else { return nil }
        let middle = network.base.bits + size / 2 + 1, end = network.last.bits - 1
        guard let own = address?.bits, (middle...end).contains(own) else { return "\(IPv4Address(bits: middle))-\(IPv4Address(bits: end))" }
        // The larger of the two parts beside it.
        let below = (middle, own - 1), above = (own + 1, end)
        let (first, last) = own - middle > end - own ? below : above
        return first <= last ? "\(IPv4Address(bits: first))-\(IPv4Address(bits: last))" : nil
    }

    // MARK: - The files in which Linux says it

    /// The routers of `/proc/net/route`, by interface.
    public static func routers(procNetRoute text: String) -> [String: IPv4Address] {
        var routers: [String: IPv4Address] = [:]
        for line in text.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: "\t").map(String.init)
            // The address stands there as the machine keeps it: the octets of a little-endian number.
            guard fields.count >= 8, fields[1] == "00000000", let gateway = UInt32(fields[2], radix: 16), gateway != 0, routers[fields[0]] == nil else { continue }
            routers[fields[0]] = IPv4Address(bits: gateway.byteSwapped)
        }
        return routers
    }

    /// The name servers of `/etc/resolv.conf` that others can reach too.
    public static func nameServers(resolvConf text: String) -> [IPv4Address] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count >= 2, words[0] == "nameserver", let address = IPv4Address(words[1]), !address.isLoopback else { return nil }
            return address
        }
    }

    /// A locale such as `de_DE`, of a value of the variable `LANG` such as `de_DE.UTF-8`.
    public static func locale(lang: String) -> String? {
        let name = lang.prefix { $0 != "." && $0 != "@" }
        return name.isEmpty || name == "C" || name == "POSIX" ? nil : String(name)
    }
}
