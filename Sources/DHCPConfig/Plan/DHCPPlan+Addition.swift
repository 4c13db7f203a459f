// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

extension DHCPPlan {
    /// Where provd is, for `addition`.
    public struct ProvdLocation: Sendable, Hashable {
        /// provd's address.
        public let address: IPv4Address
        /// The base URL over HTTP, without a slash at its end.
        public let httpURL: String

        /// Makes a location.
        public init(address: IPv4Address, httpURL: String) {
            self.address = address
            self.httpURL = httpURL
        }
    }

    /// The plan for one family without subnets: what to add to a DHCP server that serves its networks already.
    ///
    /// The configuration that generators make of it, as a fragment, is for pasting.
    ///
    /// - Throws: `ConfigError` if a value of the family cannot be made for that location.
    public static func addition(
        for family: PhoneFamily, provd: ProvdLocation, catalog: VendorCatalog
    ) throws(ConfigError) -> DHCPPlan {
        let location = SourceLocation(file: "provd", line: 0)
        let addresses = Site.ProvdAddresses(
            address: provd.address, tftpServer: provd.address.description, httpURL: provd.httpURL, httpsURL: nil, urlKey: nil,
            location: location)
        guard let network = IPv4Network(containing: provd.address, prefixLength: 24) else { throw ConfigError([]) }
        // Values are made for a subnet. This one has what families may require; without a name it stands for any.
        let subnet = Site.Subnet(
            name: "", network: network, interface: nil, vlan: nil, relays: [],
            circuitIDs: [], ranges: [], reservations: [], routers: [provd.address], dns: [provd.address], ntp: [provd.address],
            domain: nil, leaseSeconds: 0, audience: .everyone, voiceVLAN: nil, provd: addresses, location: location)
        let site = Site(
            name: family.title, provd: addresses, vendors: [family.id: .init(protocolName: nil, location: location)],
            subnets: [subnet], location: location)
        let plan = try make(site, catalog: catalog).plan
        return DHCPPlan(site: plan.site, location: location, subnets: [], classes: plan.classes, sharedLinks: [])
    }
}
