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

    /// What a client says under one enterprise's number (RFC 3925).
    public struct VendorValue: Sendable, Hashable, Codable {
        /// The number in the IANA's list of private enterprises.
        public var enterprise: UInt32
        /// The number of the sub-option in option 125; absent for a class of option 124.
        public var code: UInt8?
        /// The value: as text if it is printable, else as octets such as `01:02`.
        public var value: String

        /// Makes a value.
        public init(enterprise: UInt32, code: UInt8? = nil, value: String) {
            self.enterprise = enterprise
            self.code = code
            self.value = value
        }
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
    /// The circuit on which the client's message came to the relay or switch (option 82, RFC 3046), mostly the switch's
    /// port: as text if it is printable, else as octets such as `01:02`.
    public var circuitID: String?
    /// The relay or switch itself, or the far end of the circuit (option 82), in the same form.
    public var remoteID: String?
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
    /// The client identifier (option 61): as text if it is printable after its type, which is then 0, else as octets.
    public var clientID: String?
    /// The fully qualified name that the client sends (option 81).
    public var fqdn: String?
    /// The architectures of the client by which network boot goes (option 93, RFC 4578).
    public var architectures: [UInt16]?
    /// The vendor classes by enterprise (option 124).
    public var vendorClasses: [VendorValue]?
    /// The vendor options by enterprise (option 125), each sub-option by itself.
    public var vendorOptions: [VendorValue]?
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
        case observer, time, type, mac, ip, server, relay
        case circuitID = "circuit_id"
        case remoteID = "remote_id"
        case interface, vlan
        case vendorClass = "vendor_class"
        case userClass = "user_class"
        case hostname
        case clientID = "client_id"
        case fqdn, architectures
        case vendorClasses = "vendor_classes"
        case vendorOptions = "vendor_options"
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
