// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// Something in the DHCP traffic that keeps a phone from being provisioned, as the sniffer tells it to provd.
///
/// On provd's Unix socket it is a line of JSON like an observation, told apart by its member `problem`.
public struct DHCPProblemReport: Sendable, Hashable, Codable {
    /// What is wrong.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// Nobody offers the client an address.
        case noOffer = "no_offer"
        /// The phone is given an address but nothing that tells it where to go.
        case noProvisioningOptions = "no_provisioning_options"
        /// The phone is given provisioning options, but none of those it asked for.
        case otherOptions = "other_options"
        /// A DHCP server answers that is not expected.
        case unexpectedServer = "unexpected_server"
        /// The capture sees questions but not the answers.
        case unseenAnswers = "unseen_answers"
        /// The client found its address in use by another.
        case addressInUse = "address_in_use"
        /// A server refuses the client again and again.
        case refusedAgain = "refused_again"
    }

    /// What is wrong.
    public var problem: Kind
    /// When it was noticed, in seconds since 1970.
    public var time: Double
    /// The client that has the problem, or by which it was noticed.
    public var mac: MACAddress
    /// The address that it is about.
    public var ip: IPv4Address?
    /// The server that it is about.
    public var server: IPv4Address?
    /// The relay that passed the message on by which it was noticed (`giaddr`).
    public var relay: IPv4Address?
    /// The interface on which it was seen.
    public var interface: String?
    /// The 802.1Q VLAN identifier, if the frames were tagged.
    public var vlan: UInt16?
    /// The family of phones by the vendor definitions.
    public var family: String?
    /// The options that would help, by their codes.
    public var wantedOptions: [UInt8]?
    /// What is wrong, where and why, in one sentence.
    public var text: String
    /// What to do about it, in one sentence.
    public var remedy: String

    private enum CodingKeys: String, CodingKey {
        case problem, time, mac, ip, server, relay, interface, vlan, family
        case wantedOptions = "wanted_options"
        case text, remedy
    }

    /// Makes a report with nothing but what every report has.
    public init(_ problem: Kind, time: Double, mac: MACAddress, text: String, remedy: String) {
        self.problem = problem
        self.time = time
        self.mac = mac
        self.text = text
        self.remedy = remedy
    }
}
