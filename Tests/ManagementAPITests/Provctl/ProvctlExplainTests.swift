// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import PhonePlugins
import ProvModel
import Provisioning
import Testing

@testable import ManagementAPI

@Suite("provctl explain")
struct ProvctlExplainTests {
    @Test("One page tells a phone's whole story, and no secret of it")
    func page() async throws {
        let client = try await APIClient(plugins: AcmePlugin.catalog())
        try await RunningAPI.serve(client) { port in
            let provctl = Provctl(port: port), mac = "00:11:22:33:44:55"
            let made = try await client.post("/1.0/sightings", ["mac": .string(mac), "vendor": "Acme", "model": "One", "ip": "192.0.2.7"])
            let device = try #require(made.json["id"]?.string)
            let line = try await client.post(
                "/1.0/lines", ["number": "101", "display_name": "Alice Martin", "password": "not-to-be-seen-again", "provisioning_code": "471100"])
            let assigned = try await client.post("/1.0/lines/\(line.json["id"]?.string ?? "")/assign", ["device": .string(device)])
            #expect(assigned.status == 200)
            let asker = try #require(IPAddress("192.0.2.7"))
            let request = try #require(PhoneFileRequest(transport: .http, path: "/001122334455.cfg", userAgent: nil, asker: asker))
            let files = PhoneFiles(client.appliance, registry: DeviceRegistry(client.appliance, tenant: APIClient.tenant), firstStart: 0)
            _ = await files.answer(request)
            await client.appliance.journal.flush()

            let page = try await provctl.run("explain", mac)
            #expect(page.status == 0)
            let headings = ["HOW IT WAS RECOGNISED", "DHCP", "PLUGIN", "FILES", "CONFIGURATION", "SIP", "NEXT"]
            #expect(page.lines.map(String.init).filter { line in headings.contains { line.hasPrefix($0) } }.count == headings.count)
            for fact in [
                "\(mac)  Acme One", "192.0.2.7", "101 Alice Martin", "an administrator said so", "acme-1, which provd chose", "fetched /001122334455.cfg by HTTP",
                "it has its configuration when it has fetched /001122334455.cfg", "sip_lines.1.number = 101    from \(device)",
                "it never registered", "sip_lines.1.password = ********",
            ] {
                #expect(page.output.contains(fact), "\(fact) is not in\n\(page.output)")
            }
            #expect(!page.output.contains("not-to-be-seen-again") && !page.output.contains("471100"))
            let document = try await provctl.run("explain", "--json", mac)
            for member in ["device", "evidence", "events", "config", "files", "dhcp"] { #expect(document.json[member] != nil, "\(member)") }
            #expect(!document.output.contains("not-to-be-seen-again"))
            #expect(try await provctl.run("explain", "00:11:22:33:44:56").status == 3)
        }
    }
}
