// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
import DHCPWire
import NetTypes

/// Decides about one datagram to the DHCP server's port. A pure value.
///
/// Only DHCPINFORM of a phone that the definitions know is answered, with an ACK that holds its provisioning options and
/// nothing else (RFC 2131, 4.3.5). There are no leases, and never a NAK: after one, phones give up their address.
struct InformPolicy: Sendable {
    /// What to do about a datagram.
    enum Decision: Sendable {
        /// Send this to the phone's address, port 68.
        case answer([UInt8], to: IPv4Address, phone: Phone)
        /// Do nothing.
        case silence
    }

    /// The phone that is answered.
    struct Phone: Sendable, Equatable {
        var mac: MACAddress
        var vendor: String
        var model: String?
        var version: String?
        var basis: String
    }

    private let server: IPv4Address
    private let catalog: VendorCatalog
    private let plans: [String: DHCPPlan.PhoneClass]

    /// Makes a policy.
    ///
    /// - Parameter provd: Where phones reach this appliance; its address names the server in answers.
    init(catalog: VendorCatalog, provd: DHCPPlan.ProvdLocation) {
        server = provd.address
        self.catalog = catalog
        // A family whose values cannot be made for this appliance gets no answers; dhcpd-config says why.
        plans = catalog.families.reduce(into: [:]) { plans, family in
            plans[family.id] = try? DHCPPlan.addition(for: family, provd: provd, catalog: catalog).classes.first
        }
    }

    /// Decides about a datagram that came from `source`.
    func decide(_ datagram: [UInt8], from source: IPv4Address) -> Decision {
        guard let packet = try? DHCPPacket(decoding: datagram[...]), packet.operation == .bootRequest,
            (try? packet.options.messageType) == .inform, let mac = packet.hardwareAddress.mac,
            // The answer goes to the address that asks, so that nobody can have it sent elsewhere. A question through a
            // relay has the relay's address as its source, and is for the server that the relay names.
            packet.ciaddr == source, packet.ciaddr != .any, packet.giaddr == .any,
            let recognition = catalog.recognise(evidence(of: packet, mac)), let phoneClass = plans[recognition.family.id]
        else { return .silence }
        let answer = answer(to: packet, mac: mac, phoneClass.items(in: ""))
        guard answer.options.codes.count > 2, let bytes = try? answer.encoded() else { return .silence }
        let phone = Phone(
            mac: mac, vendor: recognition.vendor, model: recognition.model, version: recognition.version, basis: recognition.basis)
        return .answer(bytes, to: packet.ciaddr, phone: phone)
    }

    private func evidence(of packet: DHCPPacket, _ mac: MACAddress) -> DHCPEvidence {
        DHCPEvidence(
            vendorClassOctets: packet.options[.vendorClassIdentifier].map(Array.init),
            userClassOctets: packet.options[.userClass].map(Array.init), hostname: packet.options.hostName, mac: mac)
    }

    private func answer(to packet: DHCPPacket, mac: MACAddress, _ items: [DHCPPlan.Item]) -> DHCPPacket {
        var answer = DHCPPacket(.bootReply, from: mac, xid: packet.xid)
        answer.flags = packet.flags
        answer.ciaddr = packet.ciaddr
        // No lease time and no yiaddr: nothing is given but information (RFC 2131, 4.3.5).
        answer.options.append(DHCPOption(.messageType, [DHCPMessageType.ack.rawValue]))
        answer.options.append(DHCPOption(.serverIdentifier, server.octets))
        let asked = packet.options.parameterRequestList
        for item in items {
            switch item.place {
            case .option(let code):
                guard item.isForced || asked?.contains(DHCPOptionCode(code)) ?? true else { continue }
                answer.options.append(DHCPOption(DHCPOptionCode(code), item.value.octets))
            case .nextServer: answer.siaddr = IPv4Address(octets: item.value.octets) ?? answer.siaddr
            case .serverName: answer.sname = item.value.octets[...]
            case .bootFile: answer.file = item.value.octets[...]
            }
        }
        return answer
    }
}
