// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// What a DHCP client says of itself in one message.
public struct DHCPEvidence: Sendable, Hashable {
    /// The vendor class identifier (option 60), as it was on the wire.
    public var vendorClass: [UInt8]?
    /// The user class (option 77), as it was on the wire: length-prefixed instances (RFC 3004) or, as many phones send it, plain text.
    public var userClass: [UInt8]?
    /// The host name (option 12).
    public var hostname: String?
    /// The client's hardware address (`chaddr`).
    public var mac: MACAddress?
    /// What it says in its maker's own words (options 43, 124 and 125).
    public var vendorData: [VendorDatum] = []

    /// Makes evidence from texts.
    public init(vendorClass: String? = nil, userClass: String? = nil, hostname: String? = nil, mac: MACAddress? = nil) {
        self.init(
            vendorClassOctets: vendorClass.map { Array($0.utf8) }, userClassOctets: userClass.map { Array($0.utf8) },
            hostname: hostname, mac: mac)
    }

    /// Makes evidence from octets, which some phones fill with more than text.
    public init(vendorClassOctets: [UInt8]?, userClassOctets: [UInt8]? = nil, hostname: String? = nil, mac: MACAddress? = nil) {
        vendorClass = vendorClassOctets
        userClass = userClassOctets
        self.hostname = hostname
        self.mac = mac
    }

    /// The user class as plain text and, if it has that form, as the instances of RFC 3004.
    var userClasses: [[UInt8]] {
        guard let userClass else { return [] }
        var instances: [[UInt8]] = []
        var rest = userClass[...]
        while let length = rest.popFirst() {
            guard length > 0, rest.count >= Int(length) else { return [userClass] }
            instances.append(Array(rest.prefix(Int(length))))
            rest = rest.dropFirst(Int(length))
        }
        return [userClass] + instances
    }
}
