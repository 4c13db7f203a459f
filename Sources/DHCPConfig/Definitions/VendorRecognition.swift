// SPDX-License-Identifier: GPL-3.0-or-later

/// Who a DHCP client is, as far as the definitions can tell.
public struct VendorRecognition: Sendable, Hashable {
    /// How much one piece of evidence says. What a phone states of itself outweighs its address.
    public enum Strength: Int, Sendable, Hashable, Comparable {
        /// A host name, which people change.
        case hostname = 1
        /// The beginning of the hardware address, which tells the maker of the network interface.
        case hardware = 2
        /// The user class.
        case userClass = 3
        /// The vendor class identifier.
        case vendorClass = 4
        /// What stands under the maker's own number.
        case vendorID = 5

        public static func < (left: Strength, right: Strength) -> Bool { left.rawValue < right.rawValue }
    }

    /// One rule of one family that holds.
    public struct Claim: Sendable, Hashable {
        /// The family that claims the client.
        public let family: PhoneFamily
        /// How much the rule says.
        public let strength: Strength
        /// How many octets of fixed text or address matched, which decides between claims of one strength.
        public let specificity: Int
        /// The model that the rule found.
        public let model: String?
        /// The firmware version that the rule found.
        public let version: String?
        /// Which part of the message matched which rule.
        public let basis: String
        /// Where the rule is written.
        public let location: SourceLocation
    }

    /// The family that won.
    public let family: PhoneFamily
    /// The model, if some claim of that family tells it.
    public let model: String?
    /// The firmware version, if some claim of that family tells it.
    public let version: String?
    /// Every claim, the strongest first: also those of other families.
    public let claims: [Claim]

    /// The manufacturer as plugins write it.
    public var vendor: String { family.vendor }
    /// What the phone wants to be told: the family's definition.
    public var definition: PhoneFamily { family }
    /// The claims of other families, which lost.
    public var competing: [Claim] { claims.filter { $0.family.id != family.id } }

    /// Why, in words.
    public var basis: String {
        let own = claims.filter { $0.family.id == family.id }.map(\.basis).joined(separator: "; ")
        guard let rival = competing.first else { return own }
        return own + "; against \(rival.family.id): \(rival.basis)"
    }
}
