// SPDX-License-Identifier: GPL-3.0-or-later

/// One file of `dhcp/`: how a make of phones shows itself in DHCP, and what its phones want to be told.
public struct VendorDefinition: Sendable, Hashable {
    /// The file's name without `.yml`.
    public let id: String
    /// The manufacturer as plugins write it, such as `Yealink`.
    public let vendor: String
    /// The make in words.
    public let title: String
    /// The families of phones that want different things.
    public let families: [PhoneFamily]
    /// Packets that must be recognised, which the tests execute.
    public let samples: [DefinitionSample]
    /// The file.
    public let location: SourceLocation
}

/// Phones of one make that show themselves and are served alike: they become one class of the DHCP server.
public struct PhoneFamily: Sendable, Hashable {
    /// The name of the class, unique among all definitions: lower-case letters, digits and dashes.
    public let id: String
    /// The manufacturer as plugins write it.
    public let vendor: String
    /// The family in words.
    public let title: String
    /// How its phones show themselves.
    public let rules: [RecognitionRule]
    /// What to send them, by the protocol over which they fetch their files.
    public let deliveries: [PhoneProtocol: [DeliveryItem]]
    /// The protocol used unless the site says otherwise.
    public let defaultProtocol: PhoneProtocol
    /// What else to send them in a subnet that hands phones over to a voice VLAN.
    public let voiceVLAN: [DeliveryItem]
    /// Ordinary options without which the phones do not work.
    public let requirements: [SubnetService]
    /// Where the family is defined.
    public let location: SourceLocation
}

/// How phones fetch their files.
public enum PhoneProtocol: String, Sendable, Hashable, CaseIterable {
    case http, https, tftp
}

/// Ordinary DHCP options that a family may depend on.
public enum SubnetService: String, Sendable, Hashable, CaseIterable {
    case dns, ntp, router
}

/// One way in which a family shows itself.
public struct RecognitionRule: Sendable, Hashable {
    /// What is looked at.
    public enum Evidence: Sendable, Hashable {
        /// The vendor class identifier (option 60, RFC 2132, 9.13).
        case vendorClass(EvidencePattern)
        /// The user class (option 77, RFC 3004).
        case userClass(EvidencePattern)
        /// What the client says in its maker's own words: in option 43, 124 or 125, or a vendor class in their form. Never a condition in
        /// a DHCP server, because it adds a model or version to what the vendor class or address tells.
        case vendorID(VendorIDTest)
        /// The host name that the client sends (option 12). Never a condition in a DHCP server, because people change it.
        case hostname(EvidencePattern)
        /// The beginning of the hardware address.
        case hardware([MACPrefix])
    }

    /// A text under a maker's number.
    public struct VendorIDTest: Sendable, Hashable {
        /// The maker's number in the IANA's list of private enterprises; `nil` for option 43.
        public let enterprise: UInt32?
        /// The number of the sub-option; `nil` for the whole value.
        public let code: UInt8?
        /// What the value is like.
        public let pattern: EvidencePattern

        /// What is looked at, in words.
        var place: String {
            let place = enterprise.map { "enterprise \($0)" } ?? "option 43"
            return code.map { "\(place), sub-option \($0)" } ?? place
        }
    }

    /// What is looked at.
    public let evidence: Evidence
    /// The model where the text has another spelling, by what `{model}` found; a rule without `{model}` has its model under "",
    /// and one with it may have there how the model is written, such as `SPIP{model}`.
    public let models: [String: String]
    /// Where the fact comes from.
    public let source: String
    /// Where the rule is written.
    public let location: SourceLocation
}

/// One thing to send to a phone.
public struct DeliveryItem: Sendable, Hashable {
    /// Where in the message it goes.
    public enum Place: Sendable, Hashable {
        /// A DHCP option.
        case option(UInt8)
        /// The header's `siaddr` field, the address of the next server (RFC 2131, 2).
        case nextServer
        /// The header's `sname` field.
        case serverName
        /// The header's `file` field.
        case bootFile
    }

    /// Where it goes.
    public let place: Place
    /// The value, over the values of a site.
    public let value: ValueTemplate
    /// Whether it is sent even if the phone's parameter request list (option 55) does not name it.
    public let isForced: Bool
    /// The most octets that the phone reads, if that is known.
    public let maximumLength: Int?
    /// Where the fact comes from.
    public let source: String
    /// Where it is written.
    public let location: SourceLocation
}

/// A packet, and what it must be recognised as.
public struct DefinitionSample: Sendable, Hashable {
    /// The packet's evidence.
    public let evidence: DHCPEvidence
    /// The family that must win, or `nil` if no family of the catalogue may.
    public let family: String?
    /// The model that must be found, or `nil` if none may be.
    public let model: String?
    /// The firmware version that must be found, or `nil` if none may be.
    public let version: String?
    /// Where the sample is written.
    public let location: SourceLocation
}
