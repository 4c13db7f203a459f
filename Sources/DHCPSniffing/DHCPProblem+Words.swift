// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
public import ProvModel

extension DHCPProblem {
    /// What is wrong, where, and why: a sentence without its full stop.
    public var text: String {
        switch self {
        case .unexpectedServer(let server, let expected, let place):
            """
            DHCP server \(server) answers on \(place) besides \(expected.map(\.description).joined(separator: ", ")), and phones take \
            whichever answer comes first
            """
        case .noProvisioningOptions(let phone, let wanted, let server, let place):
            """
            the \(phone.vendor) phone \(phone.mac) is given an address by \(Self.name(server)) on \(place), but nothing that tells it where to \
            go: it reads \(Self.list(wanted, "or"))
            """
        case .otherOptions(let phone, let asked, let given, let server, let place):
            """
            the \(phone.vendor) phone \(phone.mac) asked for \(Self.list(asked, "and")) on \(place), and \(Self.name(server)) gives it only \
            \(Self.list(given, "and"))
            """
        case .noOffer(let client, let discovers, let seconds, let place):
            "\(client) asked \(discovers) times in \(Int(clamping: Int64(seconds.rounded()))) s on \(place) and nobody offered an address"
        case .unseenAnswers(let place):
            "on \(place) clients go on as if they had answers that do not pass here, as is so for unicast answers on a switch"
        case .addressInUse(let address, let client, let place):
            "\(client) refuses \(address.map(\.description) ?? "its address") on \(place), because another machine uses it"
        case .refusedAgain(let client, let server, let place):
            "\(Self.name(server)) refuses the address that \(client) asks for on \(place), again and again"
        }
    }

    /// What to do about it: a sentence without its full stop.
    public var remedy: String {
        switch self {
        case .unexpectedServer: "if it is yours, name it with --server; if not, find it and switch it off"
        case .noProvisioningOptions(_, _, let server, _):
            "give \(Self.name(server)) the configuration that dhcpd-config makes"
        case .otherOptions(_, let asked, _, let server, _):
            "let \(Self.name(server)) send \(Self.list(asked, "or")) as well, or set the phone to ask for what it is given"
        case .noOffer: "see that a DHCP server or relay serves this network and has free addresses for it"
        case .unseenAnswers: "capture on the DHCP server or a mirror port, or let the server's hook tell provd"
        case .addressInUse: "take static addresses out of the server's range"
        case .refusedAgain:
            "see that only one server gives out addresses of this network, that the phone's lease or reservation belongs to it, and that servers for the same network share their leases"
        }
    }

    /// The problem as provd is told of it.
    ///
    /// - Parameter observation: The message by which it was noticed.
    public func report(noticedBy observation: DHCPObservation) -> DHCPProblemReport {
        var report = DHCPProblemReport(kind, time: observation.time, mac: observation.mac, text: text, remedy: remedy)
        report.relay = observation.relay
        report.interface = observation.interface
        report.vlan = observation.vlan
        switch self {
        case .unexpectedServer(let server, _, _): report.server = server
        case .noProvisioningOptions(let phone, let wanted, let server, _), .otherOptions(let phone, let wanted, _, let server, _):
            report.family = phone.family
            report.wantedOptions = wanted
            report.server = server
        case .addressInUse(let address, _, _): report.ip = address
        case .refusedAgain(_, let server, _): report.server = server
        case .noOffer, .unseenAnswers: break
        }
        return report
    }

    private var kind: DHCPProblemReport.Kind {
        switch self {
        case .unexpectedServer: .unexpectedServer
        case .noProvisioningOptions: .noProvisioningOptions
        case .otherOptions: .otherOptions
        case .noOffer: .noOffer
        case .unseenAnswers: .unseenAnswers
        case .addressInUse: .addressInUse
        case .refusedAgain: .refusedAgain
        }
    }

    private static func name(_ server: IPv4Address?) -> String { server.map { "DHCP server \($0)" } ?? "the DHCP server" }

    private static func list(_ codes: [UInt8], _ word: String) -> String {
        guard let last = codes.last else { return "no option" }
        let others = codes.dropLast().map(String.init).joined(separator: ", ")
        return others.isEmpty ? "option \(last)" : "options \(others) \(word) \(last)"
    }
}

extension DHCPProblem: CustomStringConvertible {
    public var description: String { "\(text): \(remedy)" }
}
