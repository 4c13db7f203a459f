// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import HTTPTypes
import JSONText
import NetTypes
import ProvModel
import Provisioning
import Testing

@testable import ManagementAPI

@Suite("DHCP leases that are reported")
struct LeaseReportTests {
    @Test("A lease is read as ISC dhcpd's helpers write it")
    func commit() throws {
        let report = try LeaseReport(["op": "commit", "ip": "10.0.0.9", "mac": "0:11:22:a:b:c", "options": ["06041.61.73", "0122.0.ff", "0127"]])
        let mac = try #require(MACAddress("00:11:22:0a:0b:0c"))
        #expect(report == .commit(DHCPLease(mac: mac, ip: IPv4Address(10, 0, 0, 9), options: [60: "Aas", 12: "\u{7}"])))
    }

    @Test("The end of a lease needs its address only", arguments: ["expiry", "release"])
    func end(operation: String) throws {
        #expect(try LeaseReport(["op": .string(operation), "ip": "10.0.0.9"]) == .end)
        #expect(throws: APIError.self) { try LeaseReport(["op": .string(operation), "ip": "nonsense"]) }
    }

    @Test("What is wrong is refused", arguments: [
        [:], ["op": "commit"], ["op": "other", "ip": "10.0.0.9"], ["ip": "10.0.0.9", "mac": "00:11:22:33:44:55", "options": []],
        ["op": "commit", "ip": "10.0.0.9", "mac": "00:11:22:33:44:55"], ["op": "commit", "ip": "10.0.0.9", "options": []],
        ["op": "commit", "ip": "10.0.0.256", "mac": "00:11:22:33:44:55", "options": []],
        ["op": "commit", "ip": "10.0.0.9", "mac": "00:11:22:33:44", "options": []],
        ["op": "commit", "ip": 1, "mac": "00:11:22:33:44:55", "options": []],
    ] as [JSONObject])
    func wrong(report: JSONObject) {
        let error = #expect(throws: APIError.self) { try LeaseReport(report) }
        #expect(error?.status == .badRequest)
    }

    @Test("What is no option is refused", arguments: ["", "060", "06", "60x1", "060.", "06041.", "06041..61", "060xx", "060100", "25641", "+6041", "060+1", "06é41", 60] as [JSONValue])
    func wrongOptions(option: JSONValue) {
        #expect(throws: APIError.self) {
            try LeaseReport(["op": "commit", "ip": "10.0.0.9", "mac": "00:11:22:33:44:55", "options": [option]])
        }
    }

    private func report(_ mac: String, _ ip: String, options: JSONValue = []) -> JSONValue {
        ["dhcp_info": ["op": "commit", "ip": .string(ip), "mac": .string(mac), "options": options]]
    }

    @Test("A lease makes a device known at once, also of a maker that nobody knows, and binds its address")
    func unknownMaker() async throws {
        let client = try await APIClient()
        #expect(try await client.post("/0.2/dev_mgr/dhcpinfo", report("00:11:22:33:44:55", "10.0.0.9")).status == 204)
        let found = try await client.get("/0.2/dev_mgr/devices?q=%7B%22mac%22%3A+%2200:11:22:33:44:55%22%7D")
        let device = try #require(found.json["devices"]?.array?.first)
        #expect(device["ip"] == "10.0.0.9" && device["added"] == "auto" && device["is_new"] == true)
        #expect(device["tenant_uuid"] == .string(APIClient.tenant.description))
        let mac = try #require(MACAddress("00:11:22:33:44:55"))
        #expect(try await client.store.binding(of: mac)?.ip == IPAddress("10.0.0.9"))
        #expect(try await client.store.binding(of: mac)?.source == .dhcp)
    }

    @Test("An address that no phone can have is taken too, because an administrator's program says so")
    func oddAddress() async throws {
        let client = try await APIClient()
        #expect(try await client.post("/0.2/dev_mgr/dhcpinfo", report("ab:cd:ef:12:34:56", "10.0.0.9")).status == 204)
        #expect(try await client.get("/0.2/dev_mgr/devices").json["devices"]?.array?.count == 1)
    }

    @Test("The vendor class tells the phone, and gives it its plugin")
    func knownMaker() async throws {
        let client = try await APIClient(plugins: AcmePlugin.catalog())
        // Option 60 with the text Acme-One.
        let answer = try await client.post("/0.2/dev_mgr/dhcpinfo", report("00:11:22:33:44:55", "10.0.0.9", options: ["06041.63.6d.65.2d.4f.6e.65"]))
        #expect(answer.status == 204)
        let device = try #require(try await client.get("/0.2/dev_mgr/devices").json["devices"]?.array?.first)
        #expect(device["vendor"] == "Acme" && device["model"] == "One" && device["plugin"] == "acme-1" && device["configured"] == true)
    }

    @Test("A new lease moves the address from one device to another, but not behind NAT", arguments: [false, true])
    func addressMoves(isBehindNAT: Bool) async throws {
        let client = try await APIClient()
        if isBehindNAT { _ = try await client.put("/0.2/configure/NAT", ["param": ["value": "1"]]) }
        for mac in ["00:11:22:33:44:55", "00:11:22:33:44:66"] {
            #expect(try await client.post("/0.2/dev_mgr/dhcpinfo", report(mac, "10.0.0.9")).status == 204)
        }
        let devices = try #require(try await client.get("/0.2/dev_mgr/devices").json["devices"]?.array)
        #expect(devices.map { $0["ip"]?.string } == [isBehindNAT ? "10.0.0.9" : nil, "10.0.0.9"])
    }

    @Test("A body without a report is 400, and the end of a lease changes nothing")
    func shapes() async throws {
        let client = try await APIClient()
        for body: JSONValue in [[:], ["dhcp_info": 1], ["dhcp_info": [:]], []] {
            #expect(try await client.post("/0.2/dev_mgr/dhcpinfo", body).status == 400)
        }
        #expect(try await client.post("/0.2/dev_mgr/dhcpinfo", ["dhcp_info": ["op": "release", "ip": "10.0.0.9"]]).status == 204)
        #expect(try await client.get("/0.2/dev_mgr/devices").json == ["devices": []])
    }
}
