// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

extension Site {
    /// Reads the site file at `path`.
    ///
    /// - Throws: `ConfigError` with every problem of the file.
    /// - Returns: the site, and the findings that are no errors.
    public static func load(
        path: String, catalog: VendorCatalog
    ) throws(ConfigError) -> (site: Site, findings: [ConfigDiagnostic]) {
        try load(TextFile.read(path), file: path, catalog: catalog)
    }

    /// Reads a site file from a text; `file` is what messages name.
    ///
    /// - Throws: `ConfigError` with every problem of the text.
    /// - Returns: the site, and the findings that are no errors.
    public static func load(
        _ text: String, file: String, catalog: VendorCatalog
    ) throws(ConfigError) -> (site: Site, findings: [ConfigDiagnostic]) {
        let root = try YAMLLoader.load(text, file: file)
        var reader = SiteReader(catalog: catalog)
        let site = reader.read(root)
        guard let site, !reader.problems.hasErrors else { throw ConfigError(reader.problems.diagnostics) }
        return (site, reader.problems.diagnostics)
    }
}

/// Reads a site file.
struct SiteReader {
    let catalog: VendorCatalog
    var problems = DiagnosticList()
    private var tenants: [String: String] = [:]

    func tenantKey(_ name: String) -> String? { tenants[name] }

    init(catalog: VendorCatalog) { self.catalog = catalog }

    /// What subnets take over when they do not say it themselves.
    struct Defaults {
        var leaseSeconds = 8 * 3600
        var routers: [IPv4Address] = []
        var dns: [IPv4Address] = []
        var ntp: [IPv4Address] = []
        var domain: String?
        var audience = Site.Audience.everyone
    }

    mutating func read(_ root: YAMLNode) -> Site? {
        guard var mapping = YAMLMapping(root, "a site file", &problems) else { return nil }
        let name = mapping.text("site", &problems) ?? "site"
        readTenants(mapping.take("tenants"))
        let provdNode = mapping.require("provd", "the site", &problems)
        let provd = provdNode.flatMap { addresses($0, nil) }
        let defaults = self.defaults(mapping.take("defaults"))
        let vendors = self.vendors(mapping.take("vendors"))
        let subnetsNode = mapping.require("subnets", "the site", &problems)
        var subnets: [Site.Subnet] = []
        if let subnetsNode {
            if case .list(let nodes) = subnetsNode.content {
                for node in nodes { if let subnet = subnet(node, defaults, provd) { subnets.append(subnet) } }
                if nodes.isEmpty { problems.error(subnetsNode.location, "the site has no subnet", "describe one under “subnets:”") }
            } else {
                problems.error(subnetsNode.location, "“subnets” must be a list", "begin each subnet with “- name:”")
            }
        }
        mapping.finish("a site file", &problems)
        checkAcross(subnets)
        guard let provd else { return nil }
        return Site(name: name, provd: provd, vendors: vendors, subnets: subnets, location: root.location)
    }

    // MARK: provd and tenants

    private mutating func readTenants(_ node: YAMLNode?) {
        guard let node, let mapping = YAMLMapping(node, "“tenants”", &problems) else { return }
        for entry in mapping.all {
            guard var tenant = YAMLMapping(entry.value, "a tenant", &problems) else { continue }
            tenants[entry.key] = urlKey(&tenant)
            tenant.finish("a tenant", &problems)
        }
    }

    private mutating func urlKey(_ mapping: inout YAMLMapping) -> String? {
        guard let node = mapping.take("url_key"), let key = node.text("url_key", &problems) else { return nil }
        let allowed = key.utf8.allSatisfy { Self.isKeyCharacter($0) }
        guard allowed, (8...100).contains(key.utf8.count) else {
            problems.error(node.location, "a URL key stands in a URL and must be hard to guess", "use 8 to 100 letters, digits, - and _")
            return nil
        }
        return key
    }

    private static func isKeyCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Where provd is. What a subnet's own `provd:` leaves out comes from the site's.
    mutating func addresses(_ node: YAMLNode, _ base: Site.ProvdAddresses?) -> Site.ProvdAddresses? {
        guard var mapping = YAMLMapping(node, "“provd”", &problems) else { return nil }
        let given = mapping.take("address")
        let address = given.flatMap { self.address($0, "address") }
        if given == nil, base == nil {
            problems.error(node.location, "“provd” has no address", "add “address:” with provd's IPv4 address as phones reach it")
        }
        // Another address means other URLs: the site's would point to the wrong machine.
        let inherited = address == nil ? base : nil
        let tftp = hostOrAddress(&mapping, "tftp_server")
        let http = url(&mapping, "http_url", scheme: "http")
        let https = url(&mapping, "https_url", scheme: "https")
        let key = urlKey(&mapping)
        mapping.finish("“provd”", &problems)
        guard let address = address ?? base?.address else { return nil }
        return Site.ProvdAddresses(
            address: address, tftpServer: tftp ?? inherited?.tftpServer ?? address.description,
            httpURL: http ?? inherited?.httpURL ?? "http://\(address):8667", httpsURL: https ?? base?.httpsURL,
            urlKey: key ?? base?.urlKey, location: node.location)
    }

    private mutating func hostOrAddress(_ mapping: inout YAMLMapping, _ key: String) -> String? {
        guard let node = mapping.take(key), let text = node.text(key, &problems) else { return nil }
        guard IPv4Address(text) != nil || isHostName(text) else {
            problems.error(node.location, "“\(text.excerpt)” is neither an IPv4 address nor a host name")
            return nil
        }
        return text
    }

    private mutating func url(_ mapping: inout YAMLMapping, _ key: String, scheme: String) -> String? {
        guard let node = mapping.take(key), let text = node.text(key, &problems) else { return nil }
        let prefix = "\(scheme)://"
        let host = text.dropFirst(prefix.count).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        let parts = host.split(separator: ":", omittingEmptySubsequences: false)
        let port = parts.count == 2 ? UInt16(parts[1]).map(Int.init) : parts.count == 1 ? 80 : nil
        guard text.hasPrefix(prefix), let port, port > 0, let name = parts.first,
            IPv4Address(name) != nil || isHostName(String(name)),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !#""'\{}<>`^|?#"#.utf8.contains($0) })
        else {
            problems.error(node.location, "“\(text.excerpt)” is not a base URL", "write it as \(prefix)192.0.2.1:8667")
            return nil
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    // MARK: Defaults and vendors

    private mutating func defaults(_ node: YAMLNode?) -> Defaults {
        var defaults = Defaults()
        guard let node, var mapping = YAMLMapping(node, "“defaults”", &problems) else { return defaults }
        if let lease = lease(&mapping) { defaults.leaseSeconds = lease }
        defaults.dns = addressList(&mapping, "dns")
        defaults.ntp = addressList(&mapping, "ntp")
        defaults.domain = domain(&mapping)
        defaults.audience = mapping.choice("serve", &problems) ?? .everyone
        mapping.finish("“defaults”", &problems)
        return defaults
    }

    private mutating func vendors(_ node: YAMLNode?) -> [String: Site.VendorOverride] {
        let everywhere = node?.location ?? SourceLocation(file: "", line: 0)
        let nothing = Site.VendorOverride(protocolName: nil, location: everywhere)
        let all = Dictionary(uniqueKeysWithValues: catalog.families.map { ($0.id, nothing) })
        guard let node else { return all }
        switch node.content {
        case .text("all"): return all
        case .list(let nodes):
            var vendors: [String: Site.VendorOverride] = [:]
            for element in nodes {
                guard let name = element.text("vendors", &problems) else { continue }
                for family in families(name, element.location) {
                    vendors[family] = Site.VendorOverride(protocolName: nil, location: element.location)
                }
            }
            return vendors
        case .mapping:
            guard let mapping = YAMLMapping(node, "“vendors”", &problems) else { return all }
            return vendors(mapping, all)
        default:
            problems.error(node.location, "“vendors” is not understood", "write all, a list of names, or names with settings")
            return all
        }
    }

    private mutating func vendors(
        _ mapping: YAMLMapping, _ all: [String: Site.VendorOverride]
    ) -> [String: Site.VendorOverride] {
        var vendors: [String: Site.VendorOverride] = [:]
        for entry in mapping.all {
            if entry.key == "others" {
                var isServed = false
                if case .text(let text) = entry.value.content, ["serve", "ignore"].contains(text) {
                    isServed = text == "serve"
                } else {
                    problems.error(entry.value.location, "“others” is not understood", "write serve or ignore")
                }
                if isServed { vendors.merge(all) { known, _ in known } }
                continue
            }
            var override = Site.VendorOverride(protocolName: nil, location: entry.keyLocation)
            if case .null = entry.value.content {
            } else if var settings = YAMLMapping(entry.value, "a vendor's settings", &problems) {
                override = Site.VendorOverride(
                    protocolName: settings.choice("protocol", &problems), location: entry.keyLocation)
                settings.finish("a vendor's settings", &problems)
            }
            for family in families(entry.key, entry.keyLocation) { vendors[family] = override }
        }
        return vendors
    }

    /// The families that a name in the site file stands for: one family, or all of a definition.
    private mutating func families(_ name: String, _ location: SourceLocation) -> [String] {
        if let definition = catalog.definitions.first(where: { $0.id == name }) { return definition.families.map(\.id) }
        if catalog.family(name) != nil { return [name] }
        let known = catalog.definitions.map(\.id) + catalog.families.map(\.id)
        let near = known.map { ($0, editDistance($0, name)) }.min { $0.1 < $1.1 }
        let remedy = if let near, near.1 <= 2 { "did you mean “\(near.0)”?" } else { "“dhcpd-config vendors” lists what there is" }
        problems.error(location, "there is no definition or family “\(name.excerpt)”", remedy)
        return []
    }
}

/// Whether `text` can be a host name (RFC 1123, 2.1).
func isHostName(_ text: String) -> Bool {
    guard (1...253).contains(text.utf8.count) else { return false }
    return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
