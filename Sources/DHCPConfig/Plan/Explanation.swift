// SPDX-License-Identifier: GPL-3.0-or-later

/// What a client would be told in one subnet, and why: the plan read for one client, without a server.
public struct Explanation: Sendable, Hashable {
    /// Who the client is, as far as the definitions can tell.
    public let recognition: VendorRecognition?
    /// The class that the server puts it in.
    public let phoneClass: DHCPPlan.PhoneClass?
    /// Why the server puts it there, or why in none.
    public let reason: String
    /// The subnet.
    public let subnet: Site.Subnet
    /// Whether it gets an address at all, with the reason.
    public let admission: Admission
    /// What it is sent because it is a phone, in order.
    public let items: [DHCPPlan.Item]

    /// Whether a client gets an address.
    public enum Admission: Sendable, Hashable {
        /// It does: the subnet serves everyone, or phones of which it is one.
        case leased
        /// It has a reservation.
        case reserved(Site.Reservation)
        /// The subnet is for phones, and it is none that is known.
        case refused
    }
}

extension DHCPPlan {
    /// Says what a client would be told in `subnet`.
    public func explain(_ evidence: DHCPEvidence, in subnet: Site.Subnet, catalog: VendorCatalog) -> Explanation {
        let found = phoneClass(of: evidence)
        let recognition = catalog.recognise(evidence)
        let reservation = evidence.mac.flatMap { mac in subnet.reservations.first { $0.mac == mac } }
        let admission: Explanation.Admission =
            if let reservation {
                .reserved(reservation)
            } else if subnet.audience == .everyone || found != nil {
                .leased
            } else {
                .refused
            }
        let reason: String
        if let found {
            reason = found.reason
        } else if let recognition, let family = classes.first(where: { $0.name == recognition.family.id }) {
            reason = "the client looks like \(family.name), but no rule that a DHCP server can apply holds: \(recognition.basis)"
        } else if let recognition {
            reason = "the client looks like \(recognition.family.id), which the site does not serve (“vendors:”)"
        } else {
            reason = "no rule of any definition holds"
        }
        return Explanation(
            recognition: recognition, phoneClass: found?.phoneClass, reason: reason, subnet: subnet, admission: admission,
            items: found?.phoneClass.items(in: subnet.name) ?? [])
    }
}

extension Explanation: CustomStringConvertible {
    /// The explanation in lines.
    public var description: String {
        var lines: [String] = []
        if let recognition {
            let parts = [recognition.vendor, recognition.model, recognition.version].compactMap(\.self)
            lines.append("Recognised as \(parts.joined(separator: " ")): \(recognition.basis)")
        } else {
            lines.append("Not recognised.")
        }
        lines.append("Class: \(phoneClass.map { "\($0.name) (\($0.title))" } ?? "none"), because \(reason)")
        switch admission {
        case .leased: lines.append("Address: from the ranges of \(subnet.name), \(subnet.network)")
        case .reserved(let reservation): lines.append("Address: \(reservation.address), reserved (\(reservation.location))")
        case .refused: lines.append("Address: none. The subnet \(subnet.name) serves phones only (\(subnet.location))")
        }
        if items.isEmpty { lines.append("Nothing is sent to it beyond what everybody in the subnet gets.") }
        for item in items {
            lines.append("")
            lines.append("\(item.place.title): \(item.value.meaning)")
            lines.append("  octets  \(hexadecimal(item.value.octets))")
            lines.append("  from    \(item.location)")
            lines.append("  source  \(item.source)")
            if !item.isForced { lines.append("  sent only if the phone asks for it") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The explanation as JSON, for scripts.
    public var json: String { JSONValue.object(jsonMembers).formatted() + "\n" }

    var jsonMembers: [(String, JSONValue)] {
        var members: [(String, JSONValue)] = []
        if let recognition {
            var parts: [(String, JSONValue)] = [("vendor", .text(recognition.vendor)), ("family", .text(recognition.family.id))]
            if let model = recognition.model { parts.append(("model", .text(model))) }
            if let version = recognition.version { parts.append(("version", .text(version))) }
            parts.append(("basis", .text(recognition.basis)))
            members.append(("recognition", .object(parts)))
        }
        if let phoneClass { members.append(("class", .text(phoneClass.name))) }
        members.append(("reason", .text(reason)))
        members.append(("subnet", .text(subnet.name)))
        switch admission {
        case .leased: members.append(("admission", .text("leased")))
        case .reserved: members.append(("admission", .text("reserved")))
        case .refused: members.append(("admission", .text("refused")))
        }
        members.append(("items", .list(items.map(Self.json))))
        return members
    }

    private static func json(_ item: DHCPPlan.Item) -> JSONValue {
        var members: [(String, JSONValue)] = []
        switch item.place {
        case .option(let code): members.append(("option", .number(Int(code))))
        case .nextServer: members.append(("header", .text("next_server")))
        case .serverName: members.append(("header", .text("server_name")))
        case .bootFile: members.append(("header", .text("boot_file")))
        }
        members.append(("hex", .text(hexadecimal(item.value.octets, separator: ""))))
        members.append(("meaning", .text(item.value.meaning)))
        members.append(("forced", .flag(item.isForced)))
        members.append(("location", .text(item.location.description)))
        members.append(("source", .text(item.source)))
        return .object(members)
    }
}
