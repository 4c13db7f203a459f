// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// One installation: where provd is, which subnets there are, and which phones are served. What a site file says.
public struct Site: Sendable, Hashable {
    /// The site's name, for comments.
    public let name: String
    /// Where phones find provd, unless a subnet says otherwise.
    public let provd: ProvdAddresses
    /// Which families are served, by id, with what the site changes about them; ordered as in the definitions.
    public let vendors: [String: VendorOverride]
    /// The subnets in file order.
    public let subnets: [Subnet]
    /// The file.
    public let location: SourceLocation

    /// Where phones find provd.
    public struct ProvdAddresses: Sendable, Hashable {
        /// provd's IPv4 address, which is the TFTP server's too.
        public let address: IPv4Address
        /// The TFTP server as text, an address or a name.
        public let tftpServer: String
        /// The base URL over HTTP, without a slash at its end and without a key.
        public let httpURL: String
        /// The base URL over HTTPS, if there is one.
        public let httpsURL: String?
        /// The first path segment that opens one tenant's devices, if phones need one.
        public let urlKey: String?
        /// Where it is written.
        public let location: SourceLocation
    }

    /// What a site changes about a family.
    public struct VendorOverride: Sendable, Hashable {
        /// The protocol over which its phones fetch their files.
        public let protocolName: PhoneProtocol?
        /// Where it is written.
        public let location: SourceLocation
    }

    /// Who gets an address.
    public enum Audience: String, Sendable, Hashable, CaseIterable {
        /// Phones that a definition recognises, and reservations.
        case phones
        /// Everybody; phones get their options besides.
        case everyone
    }

    /// A range of addresses, both ends included.
    public struct AddressRange: Sendable, Hashable {
        /// The first address.
        public let first: IPv4Address
        /// The last address, not before the first.
        public let last: IPv4Address
        /// Where it is written.
        public let location: SourceLocation

        /// How many addresses it has.
        public var count: Int { Int(last.bits - first.bits) + 1 }
    }

    /// An address kept for one device.
    public struct Reservation: Sendable, Hashable {
        /// The device's hardware address.
        public let mac: MACAddress
        /// Its address.
        public let address: IPv4Address
        /// The host name it is given, if any.
        public let hostname: String?
        /// Where it is written.
        public let location: SourceLocation
    }

    /// One subnet that the DHCP server serves.
    public struct Subnet: Sendable, Hashable {
        /// Its name, which becomes a tag or comment in the configuration.
        public let name: String
        /// The network.
        public let network: IPv4Network
        /// The server's interface to it, if it has one of its own.
        public let interface: String?
        /// The VLAN identifier, for the reader and for platforms that tie pools to VLANs.
        public let vlan: Int?
        /// The relay agents that serve it: their addresses (`giaddr`), if they differ from the router.
        public let relays: [IPv4Address]
        /// The circuit identifiers (option 82, RFC 3046) that belong to it, if it shares a relay with other subnets.
        public let circuitIDs: [String]
        /// What may be leased, in order, with exclusions already taken out.
        public let ranges: [AddressRange]
        /// Addresses kept for single devices.
        public let reservations: [Reservation]
        /// The routers.
        public let routers: [IPv4Address]
        /// The name servers.
        public let dns: [IPv4Address]
        /// The time servers.
        public let ntp: [IPv4Address]
        /// The domain name.
        public let domain: String?
        /// The lease time in seconds.
        public let leaseSeconds: Int
        /// Who gets an address.
        public let audience: Audience
        /// The VLAN that phones are told to go to, if this is a data subnet that hands them over.
        public let voiceVLAN: Int?
        /// Where phones of this subnet find provd.
        public let provd: ProvdAddresses
        /// Where it is written.
        public let location: SourceLocation
    }
}
