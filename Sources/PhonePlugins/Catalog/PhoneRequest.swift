// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// What a phone sent, as far as patterns can tell something from it.
public struct PhoneRequest: Sendable, Hashable {
    /// The protocol that it came by.
    public var `protocol`: PhoneProtocol
    /// The path that it asks for, percent-decoded and without query; a missing slash in front is added.
    public var path: String?
    /// The `User-Agent` header.
    public var userAgent: String?
    /// The DHCP vendor class identifier (option 60).
    public var vendorClass: String?
    /// The DHCP user class (option 77).
    public var userClass: String?
    /// The DHCP host name (option 12).
    public var hostname: String?
    /// The hardware address, if the protocol itself tells it, as DHCP does.
    public var mac: MACAddress?

    /// Makes a request of the parts that there are.
    public init(
        protocol: PhoneProtocol, path: String? = nil, userAgent: String? = nil, vendorClass: String? = nil, userClass: String? = nil,
        hostname: String? = nil, mac: MACAddress? = nil
    ) {
        self.protocol = `protocol`
        self.path = path
        self.userAgent = userAgent
        self.vendorClass = vendorClass
        self.userClass = userClass
        self.hostname = hostname
        self.mac = mac
    }

    /// The text of a part as patterns see it.
    func text(of field: PatternField) -> String? {
        switch field {
        case .path: path.map { $0.hasPrefix("/") ? $0 : "/" + $0 }
        case .userAgent: userAgent
        case .vendorClass: vendorClass
        case .userClass: userClass
        case .hostname: hostname
        }
    }

    /// Sets a part; for tests and tools that name parts by text.
    mutating func set(_ field: PatternField, to text: String) {
        switch field {
        case .path: path = text
        case .userAgent: userAgent = text
        case .vendorClass: vendorClass = text
        case .userClass: userClass = text
        case .hostname: hostname = text
        }
    }
}
