// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

/// Two real clients take the parts of all phones of the definitions. What they cannot do as a phone does:
///
/// - udhcpc asks for its options in ascending order; dhclient keeps the phone's order.
/// - udhcpc adds a client identifier and a maximum message size of its own; dhclient adds neither.
/// - udhcpc takes option 66 for a host name and shows its script “bad” for a URL; dhclient shows no NUL at the end of a
///   text. What the server sent is therefore read from the wire, and what a client shows is compared where it can show it.
/// - A phone of which only the host name is known gets nothing in a subnet for phones, and a client would only wait; that
///   silence is tested with single DISCOVERs (`dhcpd-config verify`).
@Suite("Real clients as phones of every family", .enabled(if: DHCPServer.obstacle == nil, "\(DHCPServer.obstacle ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct DHCPFamilyClientTests {
    private static let ports = ["client1", "client2", "client3", "client4"]

    @Test("udhcpc and dhclient get exactly the octets that explain says, and nothing meant for others", arguments: DHCPServer.allCases)
    func everyFamily(server: DHCPServer) async throws {
        let site = FileManager.default.temporaryDirectory.appending(path: "provd-site-\(UUID().uuidString).yml")
        defer { try? FileManager.default.removeItem(at: site) }
        // Each client takes a lease and keeps it.
        try String(contentsOfFile: Lab.site, encoding: .utf8).replacing("10.77.0.100-10.77.0.199", with: "10.77.0.5-10.77.0.254")
            .write(to: site, atomically: true, encoding: .utf8)
        let phones = try await Self.phones(site.path)
        let families = Set(phones.map(\.family))
        #expect(families.count >= 36, "\(families.sorted())")
        try await Lab.run(by: "network", variables: ["LAB_SITE": site.path]) { lab in
            for port in Self.ports { try await lab.succeed("plug", port, "02:00:00:00:00:01") }
            try await lab.succeed("start", server.rawValue)
            let results = try await Self.run(phones, lab)
            #expect(results.count == phones.count * 2)
            let everyCode = Set(phones.flatMap(\.expected.keys))
            for result in results {
                let phone = try #require(phones.first { $0.mac == result.mac })
                Self.expect(result, of: phone, server, everyCode: everyCode)
            }
        }
    }

    // MARK: - Phones

    /// One sample of the definitions, with a hardware address that no other has.
    private struct Phone {
        let family: String
        let mac: String
        let sample: ExplainedSample.Sample
        /// Values of options by code, in hexadecimal.
        let expected: [Int: String]
        /// Values of the header's fields by name.
        let header: [String: String]

        var request: [Int] { [1, 3, 6, 15] + expected.keys.sorted() }
        var label: String { "\(family), \(sample)" }
    }

    private static func phones(_ site: String) async throws -> [Phone] {
        let explained = try await Command.run(
            Lab.program("dhcpd-config"), ["explain", "--samples", "--json", "--definitions", Lab.definitions, site])
        try #require(explained.succeeded, "\(explained.output)")
        let samples = try JSONDecoder().decode([ExplainedSample].self, from: Data(explained.output.utf8)).filter { $0.admission == "leased" }
        // A sample that shows no address gets one of its family's, if one is known.
        let addresses = samples.reduce(into: [String: String]()) { $0[$1.class ?? ""] = $0[$1.class ?? ""] ?? $1.sample.mac }
        return samples.enumerated().compactMap { number, explained in
            guard let family = explained.class else { return nil }
            let base = explained.sample.mac ?? addresses[family] ?? "02:50:52:4f:00:00"
            let parts = base.split(separator: ":").prefix(4) + ["f0", Substring(String(format: "%02x", number))]
            return Phone(
                family: family, mac: parts.joined(separator: ":"), sample: explained.sample,
                expected: explained.items.reduce(into: [:]) { if let code = $1.option { $0[code] = $1.hex } },
                header: explained.items.reduce(into: [:]) { if let name = $1.header { $0[name] = $1.hex } })
        }
    }

    // MARK: - Clients

    private static func run(_ phones: [Phone], _ lab: Lab) async throws -> [ClientResult] {
        try await withThrowingTaskGroup { group in
            for (number, port) in ports.enumerated() {
                let share = stride(from: number, to: phones.count, by: ports.count).map { phones[$0] }
                group.addTask {
                    let file = lab.state.appending(path: "\(port).json"), answers = lab.state.appending(path: "\(port)-answers.json")
                    try JSONEncoder().encode(share.map(ClientOrder.init)).write(to: file)
                    try await lab.succeed("in", port, "sh", "-c", "exec '\(Lab.path("scripts/lab/dhcp-clients"))' <'\(file.path)' >'\(answers.path)'")
                    return try JSONDecoder().decode([ClientResult].self, from: Data(contentsOf: answers))
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private struct ClientOrder: Encodable {
        let mac: String
        let vendor_class: String?
        let user_class: String?
        let hostname: String?
        let request: [Int]

        init(_ phone: Phone) {
            (mac, request) = (phone.mac, phone.request)
            (vendor_class, user_class, hostname) = (phone.sample.vendor_class, phone.sample.user_class, phone.sample.hostname)
        }
    }

    private struct ClientResult: Decodable {
        struct Message: Decodable {
            let address: String
            let next_server: String
            let server_name: String
            let boot_file: String
            let options: [String: String]
        }

        struct Said: Decodable {
            let address: String?
            let options: [String: String]
            let errors: String
        }

        let client: String
        let mac: String
        let sent: Message?
        let ack: Message?
        let said: Said
    }

    // MARK: - What must be

    private static func expect(_ result: ClientResult, of phone: Phone, _ server: DHCPServer, everyCode: Set<Int>) {
        let who = "\(server), \(result.client) as \(phone.label)"
        guard let sent = result.sent, let ack = result.ack else {
            Issue.record("\(who) got no lease: \(result.said.errors)")
            return
        }
        // The client showed what the phone shows.
        #expect(sent.options["60"] == phone.sample.vendor_class, "\(who)")
        #expect(sent.options["77"] == phone.sample.user_class, "\(who)")
        let list = result.client == "udhcpc" ? phone.request.sorted() : phone.request
        #expect(sent.options["55"] == list.map { String(format: "%02x", $0) }.joined(), "\(who)")
        // The server told it what the definition says, and nothing of others.
        for (code, value) in phone.expected {
            // dnsmasq ends the texts of these two with a NUL.
            let octets = server == .dnsmasq && (code == 66 || code == 67) ? value + "00" : value
            #expect(ack.options["\(code)"] == octets, "\(who), option \(code)")
        }
        for code in everyCode where phone.expected[code] == nil {
            #expect(ack.options["\(code)"] == nil, "\(who), option \(code)")
        }
        if let value = phone.header["next_server"] { #expect(ack.next_server == value, "\(who)") }
        if let value = phone.header["server_name"] { #expect(ack.server_name == value, "\(who)") }
        #expect(ack.boot_file == phone.header["boot_file"] ?? "", "\(who)")
        // The client took it.
        #expect(result.said.address == ack.address, "\(who)")
        for (code, value) in phone.expected where !(result.client == "udhcpc" && code == 66) {
            let shown = result.said.options["\(code)"]
            #expect(shown == value || shown == value + "00", "\(who) shows another option \(code)")
        }
    }
}

/// One entry of what `dhcpd-config explain --samples --json` prints.
private struct ExplainedSample: Decodable {
    struct Sample: Decodable, CustomStringConvertible {
        let vendor_class: String?
        let user_class: String?
        let hostname: String?
        let mac: String?

        var description: String { [vendor_class, user_class, hostname, mac].compactMap(\.self).joined(separator: " ") }
    }

    struct Item: Decodable {
        let option: Int?
        let header: String?
        let hex: String
    }

    let sample: Sample
    let `class`: String?
    let admission: String
    let items: [Item]
}
