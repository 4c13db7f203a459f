// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// One piece of evidence about a device, and how far it can be trusted.
public struct Sighting: Sendable, Equatable {
    /// Where a sighting comes from.
    public enum Source: String, Sendable, Codable {
        case dhcp, http, tftp, sip, administrator
    }

    /// How far a claim can be trusted. All are evidence, none is proof.
    public enum Trust: Int, Sendable, Comparable {
        /// Said by the device itself in a request that anybody could send.
        case claimed
        /// Seen at layer 2 by the sniffer, or told by the DHCP server.
        case observed
        /// Shown by knowledge of a password that only this device was given.
        case authenticated
        /// Said by an administrator.
        case decided

        public static func < (left: Trust, right: Trust) -> Bool { left.rawValue < right.rawValue }
    }

    /// What a device is, as far as a sighting says it.
    public struct Identity: Sendable, Equatable {
        /// The hardware address.
        public var mac: MACAddress?
        /// The serial number.
        public var serialNumber: String?
        /// A universal identifier of a softphone.
        public var uuid: String?
        /// The manufacturer.
        public var vendor: String?
        /// The model.
        public var model: String?
        /// The firmware version.
        public var version: String?

        /// Makes an identity.
        public init(
            mac: MACAddress? = nil, serialNumber: String? = nil, uuid: String? = nil, vendor: String? = nil,
            model: String? = nil, version: String? = nil
        ) {
            self.mac = mac
            self.serialNumber = serialNumber
            self.uuid = uuid
            self.vendor = vendor
            self.model = model
            self.version = version
        }
    }

    /// Where it comes from.
    public var source: Source
    /// How far it can be trusted.
    public var trust: Trust
    /// What it says of the device.
    public var identity: Identity
    /// The address from which the device spoke, or that it was given.
    public var ip: IPAddress?
    /// Why the device was taken for this, in words, most telling first.
    public var basis: [String]
    /// The tenant whose provisioning key the device showed, or `nil` if it showed none.
    public var tenant: TenantID?

    /// Makes a sighting.
    public init(source: Source, trust: Trust, identity: Identity, ip: IPAddress?, basis: [String] = [], tenant: TenantID? = nil) {
        self.source = source
        self.trust = trust
        self.identity = identity
        self.ip = ip
        self.basis = basis
        self.tenant = tenant
    }
}
