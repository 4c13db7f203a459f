// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// What a DHCP server has to do for a site, in no server's language: subnets, classes of phones, and octets to send.
///
/// Every generator writes this plan down and decides nothing; `explain` reads it without a server.
///
/// **Which class a client is in.** A rule holds if its own condition holds and none of its `unless`. Rules on the vendor
/// class come first; if none of any class holds, rules on the user class; then rules on the hardware address. Within
/// one kind the conditions exclude each other, so that a client is in at most one class, in whatever order they are tried.
public struct DHCPPlan: Sendable, Hashable {
    /// The site's name.
    public let site: String
    /// The site file.
    public let location: SourceLocation
    /// The subnets in file order.
    public let subnets: [Site.Subnet]
    /// The classes of phones, in the order of the definitions.
    public let classes: [PhoneClass]
    /// Subnets that share a link, by name: the server tells them apart by circuit id or not at all. Each has two or more.
    public let sharedLinks: [[String]]

    /// One class of phones.
    public struct PhoneClass: Sendable, Hashable {
        /// The family's id: the class's name.
        public let name: String
        /// The family in words.
        public let title: String
        /// The rules on what a client states.
        public let stated: [StatedRule]
        /// The beginnings of hardware addresses.
        public let hardware: [HardwareRule]
        /// What to send, by subnet. Every subnet of the plan is in exactly one.
        public let deliveries: [Delivery]
        /// Where the family is defined.
        public let location: SourceLocation
    }

    /// A condition on an option that the client sends.
    public struct StatedRule: Sendable, Hashable {
        /// Which option is looked at.
        public enum Field: Sendable, Hashable, CaseIterable {
            case vendorClass, userClass

            /// The option's code.
            public var code: UInt8 {
                switch self {
                case .vendorClass: 60
                case .userClass: 77
                }
            }
        }

        /// The option.
        public let field: Field
        /// The condition.
        public let test: TextTest
        /// The pattern that the condition was made from.
        public let pattern: String
        /// Conditions of other classes on the same option that must not hold, because they are narrower.
        public let unless: [TextTest]
        /// Where it is written.
        public let location: SourceLocation
    }

    /// A condition on the hardware address.
    public struct HardwareRule: Sendable, Hashable {
        /// The beginning of the address.
        public let prefix: MACPrefix
        /// Longer beginnings of other classes inside this one, which must not match.
        public let unless: [MACPrefix]
        /// Where it is written.
        public let location: SourceLocation
    }

    /// What phones of one class are sent in some subnets.
    public struct Delivery: Sendable, Hashable {
        /// The names of the subnets.
        public let subnets: [String]
        /// What is sent, in the definition's order.
        public let items: [Item]
    }

    /// One value to send.
    public struct Item: Sendable, Hashable {
        /// Where in the message it goes.
        public let place: DeliveryItem.Place
        /// The value.
        public let value: EncodedValue
        /// Whether it is sent even if the client does not ask for it.
        public let isForced: Bool
        /// The line of the definition that it comes from.
        public let location: SourceLocation
        /// Where the fact comes from, in words.
        public let source: String
    }
}

extension DHCPPlan.StatedRule {
    /// Whether the rule holds for the option's octets.
    public func holds(for octets: [UInt8]) -> Bool {
        test.holds(for: octets) && !unless.contains { $0.holds(for: octets) }
    }
}

extension DHCPPlan.PhoneClass {
    /// The rules on one option.
    public func stated(_ field: DHCPPlan.StatedRule.Field) -> [DHCPPlan.StatedRule] { stated.filter { $0.field == field } }

    /// What to send in the subnet of that name.
    public func items(in subnet: String) -> [DHCPPlan.Item] {
        deliveries.first { $0.subnets.contains(subnet) }?.items ?? []
    }

    /// Whether every subnet is told the same.
    public var isUniform: Bool { deliveries.count <= 1 }
}

extension DHCPPlan {
    /// The class of a client as a DHCP server with this plan decides it, with the reason in words.
    public func phoneClass(of evidence: DHCPEvidence) -> (phoneClass: PhoneClass, reason: String)? {
        for field in StatedRule.Field.allCases {
            let texts = field == .vendorClass ? evidence.vendorClass.map { [$0] } ?? [] : evidence.userClasses
            for phoneClass in classes {
                for rule in phoneClass.stated where rule.field == field && texts.contains(where: { rule.holds(for: $0) }) {
                    let what = field == .vendorClass ? "vendor class" : "user class"
                    return (phoneClass, "the \(what) fits “\(rule.pattern)” (\(rule.location))")
                }
            }
        }
        guard let mac = evidence.mac else { return nil }
        for phoneClass in classes {
            for rule in phoneClass.hardware where rule.prefix.contains(mac) && !rule.unless.contains(where: { $0.contains(mac) }) {
                return (phoneClass, "no class is stated that is known, and \(mac) begins with \(rule.prefix) (\(rule.location))")
            }
        }
        return nil
    }

    /// The subnet that holds `address`.
    public func subnet(containing address: IPv4Address) -> Site.Subnet? { subnets.first { $0.network.contains(address) } }
}
