// SPDX-License-Identifier: GPL-3.0-or-later

public import DHCPConfig
public import NetTypes
public import ProvModel

/// Says which manufacturer's phone sends a DHCP message, and what it wants to be told.
public protocol DHCPRecogniser: Sendable {
    /// Judges a client by what it says of itself.
    ///
    /// - Returns: `nil` if the client is unknown.
    func recognise(_ client: DHCPClient) -> DHCPObservation.Recognition?

    /// How many octets of a hardware address may decide which family a phone is of, at least the three that tell the maker.
    func tellingOctets(of address: MACAddress) -> Int

    /// Whether something in a maker's own words tells the kind of a phone.
    func tells(_ datum: VendorDatum) -> Bool

    /// What tells phones where to go, by family. Empty if there are no definitions.
    var wishes: [String: ProvisioningWishes] { get }
}

extension DHCPRecogniser {
    public func tellingOctets(of address: MACAddress) -> Int { 3 }
    public func tells(_ datum: VendorDatum) -> Bool { false }
}

/// Knows no phone. For a machine without vendor definitions, where provd recognises by other means.
public struct NoRecogniser: DHCPRecogniser {
    /// Makes it.
    public init() {}

    public func recognise(_ client: DHCPClient) -> DHCPObservation.Recognition? { nil }
    public var wishes: [String: ProvisioningWishes] { [:] }
}
