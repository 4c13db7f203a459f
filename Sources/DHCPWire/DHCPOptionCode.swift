// SPDX-License-Identifier: GPL-3.0-or-later

/// The number of a DHCP option.
public struct DHCPOptionCode: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Makes a code from its number.
    public init(_ number: UInt8) { rawValue = number }

    /// Fills space between options; it has no length (RFC 2132, 3.1).
    public static let pad = Self(0)
    /// Ends the options; it has no length (RFC 2132, 3.2).
    public static let end = Self(255)

    public static let subnetMask = Self(1)
    public static let timeOffset = Self(2)
    public static let router = Self(3)
    public static let domainNameServer = Self(6)
    public static let hostName = Self(12)
    public static let domainName = Self(15)
    public static let broadcastAddress = Self(28)
    public static let ntpServers = Self(42)
    public static let vendorSpecificInformation = Self(43)
    public static let requestedAddress = Self(50)
    public static let leaseTime = Self(51)
    public static let overload = Self(52)
    public static let messageType = Self(53)
    public static let serverIdentifier = Self(54)
    public static let parameterRequestList = Self(55)
    public static let message = Self(56)
    public static let maximumMessageSize = Self(57)
    public static let renewalTime = Self(58)
    public static let rebindingTime = Self(59)
    public static let vendorClassIdentifier = Self(60)
    public static let clientIdentifier = Self(61)
    public static let tftpServerName = Self(66)
    public static let bootFileName = Self(67)
    /// User class (RFC 3004).
    public static let userClass = Self(77)
    /// Rapid commit (RFC 4039).
    public static let rapidCommit = Self(80)
    /// Client FQDN (RFC 4702).
    public static let clientFQDN = Self(81)
    /// Relay agent information (RFC 3046).
    public static let relayAgentInformation = Self(82)
    /// Client system architecture (RFC 4578).
    public static let clientArchitecture = Self(93)
    /// Time zone as a POSIX TZ string (RFC 4833).
    public static let posixTimeZone = Self(100)
    /// Time zone as a name of the TZ database (RFC 4833).
    public static let timeZoneName = Self(101)
    /// SIP servers (RFC 3361).
    public static let sipServers = Self(120)
    /// Vendor-identifying vendor class (RFC 3925).
    public static let vendorIdentifyingClass = Self(124)
    /// Vendor-identifying vendor-specific information (RFC 3925).
    public static let vendorIdentifyingInformation = Self(125)
    /// VLAN identifier, by custom of phone manufacturers; the code is unassigned.
    public static let vlanIdentifier = Self(132)
    /// TFTP server addresses (RFC 5859).
    public static let tftpServerAddresses = Self(150)
}

extension DHCPOptionCode: Comparable {
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension DHCPOptionCode: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: UInt8) { rawValue = value }
}

extension DHCPOptionCode: CustomStringConvertible {
    /// `option 60`, the form of error messages.
    public var description: String { "option \(rawValue)" }
}
