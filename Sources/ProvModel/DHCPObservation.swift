// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// What was learnt from one DHCP message, as the sniffer or a DHCP server's hook hands it to provd.
///
/// On provd's Unix socket each observation is one line of JSON. Members that the message did not have are left out.
public struct DHCPObservation: Sendable, Hashable, Codable {
    /// The message types that matter for provisioning (RFC 2132, 9.6).
    public enum MessageType: String, Sendable, Codable, CaseIterable {
        case discover, offer, request, decline, ack, nak, release, inform
    }

    /// What the vendor definitions say of the sender.
    public struct Recognition: Sendable, Hashable, Codable {
        /// The manufacturer's name as plugins write it, such as `Yealink`.
        public var vendor: String
        /// The model, if the message tells it, such as `T46S`.
        public var model: String?
        /// The firmware version, if the message tells it.
        public var version: String?
        /// The family of phones in the vendor definitions, such as `cisco-spa`.
        public var family: String?
        /// Why, in words: which definition matched which part of the message.
        public var basis: String

        /// Makes a recognition.
        public init(vendor: String, model: String? = nil, version: String? = nil, family: String? = nil, basis: String) {
            self.vendor = vendor
            self.model = model
            self.version = version
            self.family = family
            self.basis = basis
        }
    }

    /// Which process made the observation.
    public enum Observer: String, Sendable, Codable {
        /// A passive capture, which saw the message at layer 2.
        case sniffer
        /// A DHCP server's hook, which reports a lease event.
        case hook
    }

    /// A field of the header by which some servers and phones pass what others pass by options (RFC 2131, 2).
    public enum HeaderField: String, Sendable, Codable, CaseIterable {
        /// The address of the next server.
        case siaddr
        /// The next server's name.
        case sname
        /// The boot file.
        case file
    }

    /// Who saw it.
    public var observer: Observer
    /// When the message was seen, in seconds since 1970; the last of them if it stands for several.
    public var time: Double
    /// The message's type.
    public var type: MessageType
    /// The client's hardware address (`chaddr`, RFC 2131).
    public var mac: MACAddress
    /// The client's address: `yiaddr` of an ACK or OFFER, else `ciaddr` or the requested address (option 50).
    public var ip: IPv4Address?
    /// The server that the message is from or for (option 54).
    public var server: IPv4Address?
    /// The relay that passed the message on (`giaddr`).
    public var relay: IPv4Address?
    /// The interface on which it was seen.
    public var interface: String?
    /// The 802.1Q VLAN identifier, if the frame was tagged.
    public var vlan: UInt16?
    /// The vendor class identifier (option 60).
    public var vendorClass: String?
    /// The user class (option 77); several are joined by a comma.
    public var userClass: String?
    /// The host name that the client sends (option 12).
    public var hostname: String?
    /// The options that the client asks for, in its order (option 55).
    public var parameterRequestList: [UInt8]?
    /// In an OFFER or ACK: the codes of the options that the server gave of those by which the vendor definitions tell
    /// phones where to go; absent if there are no definitions.
    public var provisioningOptions: [UInt8]?
    /// In an OFFER or ACK: the fields of the header that the server filled; absent if none.
    public var headerFields: [HeaderField]?
    /// The sender as the vendor definitions name it.
    public var recognition: Recognition?
    /// How many equal observations this one stands for, at least 1.
    public var repeats: Int

    private enum CodingKeys: String, CodingKey {
        case observer, time, type, mac, ip, server, relay, interface, vlan
        case vendorClass = "vendor_class"
        case userClass = "user_class"
        case hostname
        case parameterRequestList = "parameter_request_list"
        case provisioningOptions = "provisioning_options"
        case headerFields = "header_fields"
        case recognition, repeats
    }

    /// Makes an observation with nothing but what every message has.
    public init(observer: Observer, time: Double, type: MessageType, mac: MACAddress) {
        self.observer = observer
        self.time = time
        self.type = type
        self.mac = mac
        repeats = 1
    }
}
