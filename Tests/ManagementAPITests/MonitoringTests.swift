// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import Hummingbird
import JSONText
import NetTypes
import DeviceStorage
import ProvModel
import Provisioning
import Telemetry
import Testing

@testable import ManagementAPI

@Suite("What whoever watches over provd sees")
struct MonitoringTests {
    @Test("Metrics need a token, which may come as monitoring systems send it")
    func token() async throws {
        let client = try await APIClient()
        #expect(try await client.get("/metrics", headers: ["X-Auth-Token": nil]).status == 401)
        #expect(try await client.get("/metrics", headers: ["X-Auth-Token": nil, "Authorization": "Bearer wrong"]).status == 401)
        let answer = try await client.get("/metrics", headers: ["X-Auth-Token": nil, "Authorization": "Bearer \(APIClient.token)"])
        #expect(answer.status == 200 && answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(answer.text.contains("provd_api_requests_total{class=\"4xx\"} 2\n"))
    }

    @Test("A token of another tenant, or without the permission, reads none")
    func permissions() async throws {
        let client = try await APIClient()
        let made = try await client.post("/1.0/tokens", ["name": "prometheus", "permissions": ["provd.metrics.read"]])
        let secret = try #require(made.json["token"]?.string ?? made.json["secret"]?.string)
        #expect(try await client.get("/metrics", headers: ["X-Auth-Token": secret]).status == 200)
        #expect(try await client.get("/1.0/devices", headers: ["X-Auth-Token": secret]).status == 403)
        let other = try await client.post("/1.0/tokens", ["name": "other", "permissions": ["provd.devices.read"]])
        #expect(try await client.get("/metrics", headers: ["X-Auth-Token": other.json["token"]?.string ?? other.json["secret"]?.string ?? ""]).status == 403)
    }

    @Test("From a network that is named no token is needed, and from others it is")
    func openNetworks() throws {
        let monitoring = Monitoring(openTo: [try #require(IPNetwork("192.0.2.0/24")), try #require(IPNetwork("2001:db8::/64"))])
        #expect(monitoring.isOpen(to: "192.0.2.77") && monitoring.isOpen(to: "2001:db8::7"))
        #expect(!monitoring.isOpen(to: "198.51.100.1") && !monitoring.isOpen(to: "-") && !Monitoring().isOpen(to: "127.0.0.1"))
    }

    @Test("Anybody may ask whether provd serves, and hears no more than words")
    func readiness() async throws {
        let client = try await APIClient()
        let ready = try await client.get("/health/ready", headers: ["X-Auth-Token": nil])
        #expect(ready.status == 200 && ready.json == ["status": "ready"])
        let obstructed = await Monitoring { ["listeners", "storage"] }.readiness()
        #expect(obstructed.status == .serviceUnavailable && obstructed.body == ["status": "not ready", "reasons": ["listeners", "storage"]])
    }

    @Test("Each answer names its request: as the client did, or by a name of its own if that was none")
    func requestIDs() async throws {
        let client = try await APIClient()
        func id(_ named: String?) async throws -> String? {
            let name = try #require(HTTPField.Name("X-Request-Id"))
            return try await client.get("/health/live", headers: ["X-Request-Id": named]).headers[name]
        }
        #expect(try await id("4bf92f3577b34da6a3ce929d0e0e4736") == "4bf92f3577b34da6a3ce929d0e0e4736")
        for bad in [nil, "", "a b", "x=y", "é", String(repeating: "a", count: 65)] {
            let made = try #require(try await id(bad))
            #expect(made.utf8.count == 16 && made != bad)
        }
    }

    @Test("No metric has a label that strangers can fill")
    func labels() async throws {
        let client = try await APIClient(plugins: try AcmePlugin.catalog())
        try await client.addDevice(["mac": "00:15:65:0a:bb:cc", "ip": "192.0.2.55"])
        let census = DeviceCensus(client.appliance)
        let text = await MetricsText.text(of: client.appliance.metrics.families + census.families + client.store.families + client.operations.families)
        #expect(text.contains("provd_devices{stage=") && text.contains("provd_storage_transactions_total"))
        #expect(!text.contains("00:15:65") && !text.contains("192.0.2.55") && !text.contains(APIClient.tenant.description))
    }
}
