// SPDX-License-Identifier: GPL-3.0-or-later

public import DHCPConfig
public import DHCPWire
public import NetTypes

/// One DISCOVER as a phone of a definition's sample would send it in one subnet.
public struct VerificationProbe: Sendable, Hashable {
    /// Which options the phone asks for (option 55).
    public enum Request: String, Sendable, Hashable, CaseIterable {
        /// Everything that its family is sent.
        case everything
        /// Nothing but what every host needs. What is forced must come all the same.
        case basics
    }

    /// The hardware address of samples that tell none: locally administered, so that it is nobody's. One for all of
    /// them, so that the server spends one address on them.
    public static let anonymousMAC = MACAddress(0x02, 0x50, 0x52, 0x4f, 0x56, 0x44)

    /// Subnet mask, router, name servers and domain: what every host asks for.
    private static let basics: [UInt8] = [1, 3, 6, 15]

    /// What the phone shows of itself, with a hardware address.
    public let evidence: DHCPEvidence
    /// What the phone shows of itself, in words.
    public let label: String
    /// The subnet that it is in.
    public let subnet: Site.Subnet
    /// What it asks for.
    public let request: Request
    /// What the definitions say it must be told.
    public let explanation: Explanation

    /// Makes a probe.
    public init(_ evidence: DHCPEvidence, in subnet: Site.Subnet, request: Request, plan: DHCPPlan, catalog: VendorCatalog) {
        var evidence = evidence
        label = Self.label(evidence)
        if evidence.mac == nil { evidence.mac = Self.anonymousMAC }
        self.evidence = evidence
        self.subnet = subnet
        self.request = request
        explanation = plan.explain(evidence, in: subnet, catalog: catalog)
    }

    /// The name of the family, or `none`.
    public var family: String { explanation.phoneClass?.name ?? "none" }

    /// The options that the phone asks for, in order.
    public var requestList: [UInt8] {
        guard request == .everything else { return Self.basics }
        var list = Self.basics + [42]
        for item in explanation.items {
            if case .option(let code) = item.place, !list.contains(code) { list.append(code) }
        }
        return list
    }

    /// What the server must send: what is forced, and the rest if the phone asks for it.
    public var expected: [DHCPPlan.Item] { explanation.items.filter { $0.isForced || request == .everything } }

    /// The message.
    ///
    /// - Parameter relayed: Whether it shall look as the subnet's relay passes it on, if it has one.
    public func discover(xid: UInt32, relayed: Bool) -> DHCPPacket {
        var packet = DHCPPacket(.bootRequest, from: evidence.mac ?? Self.anonymousMAC, xid: xid)
        // The phone has no address yet, and nobody answers ARP for the one it is offered.
        packet.flags = 0x8000
        packet.options.append(DHCPOption(.messageType, [DHCPMessageType.discover.rawValue]))
        packet.options.append(DHCPOption(.parameterRequestList, requestList))
        if let value = evidence.vendorClass { packet.options.append(DHCPOption(.vendorClassIdentifier, value)) }
        if let value = evidence.userClass { packet.options.append(DHCPOption(.userClass, value)) }
        if let value = evidence.hostname { packet.options.append(DHCPOption(.hostName, Array(value.utf8))) }
        if relayed, let relay = subnet.relays.first {
            packet.giaddr = relay
            packet.hops = 1
            if let circuit = subnet.circuitIDs.first?.utf8, let length = UInt8(exactly: circuit.count) {
                // Sub-option 1 is the circuit identifier (RFC 3046, 3.1).
                packet.options.append(DHCPOption(.relayAgentInformation, [1, length] + Array(circuit)))
            }
        }
        return packet
    }

    private static func label(_ evidence: DHCPEvidence) -> String {
        var parts: [String] = []
        if let value = evidence.vendorClass { parts.append(readable(value)) }
        if let value = evidence.userClass { parts.append("user class \(readable(value))") }
        if let value = evidence.hostname { parts.append("host name \(readable(Array(value.utf8)))") }
        if parts.isEmpty, let mac = evidence.mac { parts.append("\(mac)") }
        return parts.joined(separator: ", ")
    }
}

extension VerificationProbe {
    /// Every sample of the definitions as a phone of every subnet.
    ///
    /// - Parameters:
    ///   - families: The families to look at by id, or definitions; if empty, all, and the samples of no family too.
    ///   - subnets: The subnets to look at.
    public static func all(
        _ plan: DHCPPlan, catalog: VendorCatalog, families: [String] = [], subnets: [Site.Subnet]
    ) -> [VerificationProbe] {
        catalog.definitions.flatMap { definition in
            definition.samples.filter { sample in
                families.isEmpty || families.contains(definition.id) || sample.family.map(families.contains) ?? false
            }.flatMap { sample in
                subnets.flatMap { subnet in
                    Request.allCases.map { VerificationProbe(sample.evidence, in: subnet, request: $0, plan: plan, catalog: catalog) }
                }
            }
        }
    }
}

/// Octets for people: as text if they are printable, else in hexadecimal.
func readable(_ octets: [UInt8]) -> String {
    guard !octets.isEmpty else { return "(empty)" }
    if octets.allSatisfy({ (0x20...0x7E).contains($0) }) { return String(decoding: octets, as: UTF8.self) }
    // A text with a NUL at its end is readable as such.
    if octets.count > 1, octets.last == 0, octets.dropLast().allSatisfy({ (0x20...0x7E).contains($0) }) {
        return String(decoding: octets.dropLast(), as: UTF8.self) + "\\0"
    }
    return hexadecimal(octets)
}

/// Octets as two digits each with colons.
func hexadecimal(_ octets: [UInt8]) -> String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
}
