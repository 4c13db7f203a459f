// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import JSONText
import Logging
import PhonePlugins
import ProvModel
import Provisioning
import Synchronization
import Testing

@testable import ManagementAPI
@testable import WazoAuth

/// An appliance that asks the fake.
private struct Site {
    let fake: FakeWazoAuth
    let authority: WazoAuthority
    let client: WazoAuthClient
    let appliance: Appliance
    let clock: Clock

    final class Clock: Sendable {
        private let time = Mutex(1_000.0)
        var now: Double { time.withLock { $0 } }
        func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
    }

    init(_ fake: FakeWazoAuth, _ base: String, password: String = "password") async throws {
        let clock = Clock(), silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let settings = ProvisioningSettings(advertisedHost: "192.0.2.1", httpPort: 8667, tftpPort: 69, sipPort: 5060)
        appliance = Appliance(
            store: try SQLiteStore.inMemory(), plugins: PluginShelf(.empty), settings: settings, logger: silent, securityLog: silent,
            now: { clock.now })
        let tenant = try await FirstStart.prepare(SQLiteStore.inMemory(), now: 0)
        try await appliance.store.transaction { transaction in
            try transaction.save(Tenant(id: tenant, parent: nil, name: "main"))
            try transaction.save(setting: FirstStart.tenantSetting, tenant.description)
        }
        try await TokenBook(appliance).setAdministrator(secret: "administrator's", tenant: tenant)
        client = WazoAuthClient(base: base, username: "provd", password: password)
        authority = WazoAuthority(client, local: EmbeddedAuthority(appliance), now: { clock.now })
        self.fake = fake
        self.clock = clock
        fake.state.withLock { state in
            state.tenants += [("sub1", FakeWazoAuth.own), ("sub2", FakeWazoAuth.own)]
            state.tokens["good"] = .init(tenant: FakeWazoAuth.own, mayActFor: [FakeWazoAuth.own, "sub1", "sub2"])
            state.tokens["other"] = .init(tenant: "elsewhere", mayActFor: ["elsewhere"])
            state.tokens["homeless"] = .init(tenant: nil, mayActFor: [])
        }
    }

    func access(_ token: String?, tenant: String? = nil, permission: String = "provd.devices.read") async throws -> APIAccess {
        try await authority.access(APICredentials(token: token, tenant: tenant, address: "192.0.2.7", permission: permission))
    }

    func refusal(_ token: String?, tenant: String? = nil, permission: String = "provd.devices.read") async throws -> AccessRefusal? {
        do {
            _ = try await access(token, tenant: tenant, permission: permission)
            return nil
        } catch let refusal as AccessRefusal {
            return refusal
        }
    }
}

@Suite("Tokens of wazo-auth")
struct WazoAuthTests {
    @Test("A token counts for its tenant and for those that it may act for")
    func tokens() async throws {
        let fake = FakeWazoAuth()
        try await fake.serve { base in
            let site = try await Site(fake, base)
            let access = try await site.access("good")
            #expect(access.tenant == TenantID(FakeWazoAuth.own) && access.actor.name == "user-of-good")
            #expect(try await access.scope().tree == [TenantID(FakeWazoAuth.own), TenantID("sub1"), TenantID("sub2")])
            let sub = try await site.access("good", tenant: "sub1")
            #expect(try await sub.scope() == TenantScope(TenantID("sub1")))
            #expect(try await site.refusal("other", tenant: "sub1") == .permission("provd.devices.read"))
            for token in [nil, "", "unknown", "with/slash?and=more"] { #expect(try await site.refusal(token) == .token) }
            guard case .tenant? = try await site.refusal("homeless") else { return #expect(Bool(false), "a token without tenant was let in") }
            fake.state.withLock { $0.tokens["good"]?.forbidden = ["provd.lines.sub1.read"] }
            #expect(try await site.refusal("good", tenant: "sub1", permission: "provd.lines.{tenant_uuid}.read") == .permission("provd.lines.sub1.read"))
        }
    }

    @Test("An answer is believed for a moment, and not longer")
    func cache() async throws {
        let fake = FakeWazoAuth()
        try await fake.serve { base in
            let site = try await Site(fake, base)
            for _ in 0..<5 { _ = try await site.access("good") }
            #expect(fake.state.withLock { $0.requests } == ["GET /0.1/token/good", "HEAD /0.1/token/good"])
            fake.state.withLock { $0.tokens["good"] = nil }
            #expect(try await site.refusal("good") == nil)
            site.clock.advance(11)
            #expect(try await site.refusal("good") == .token)
        }
    }

    @Test("While wazo-auth is down a request is told so, but for the administrator's")
    func down() async throws {
        let fake = FakeWazoAuth()
        try await fake.serve { base in
            let site = try await Site(fake, base)
            fake.state.withLock { $0.isBroken = true }
            guard case .unavailable? = try await site.refusal("good") else { return #expect(Bool(false), "no word of the trouble") }
            #expect(try await site.access("administrator's").actor.name == "administrator")
        }
        let nobody = try await Site(fake, "http://127.0.0.1:1")
        guard case .unavailable(let text)? = try await nobody.refusal("good") else { return #expect(Bool(false), "no word of the trouble") }
        #expect(!text.contains("good"))
    }

    @Test("A wrong password of provd's account is named")
    func wrongPassword() async throws {
        let fake = FakeWazoAuth()
        try await fake.serve { base in
            let client = WazoAuthClient(base: base, username: "provd", password: "wrong")
            let failure = await #expect(throws: WazoAuthFailure.self) { try await client.ownTenant() }
            #expect(failure?.description.contains("auth.password_file") == true)
        }
    }
}

@Suite("Tenants of wazo-auth")
struct ForeignTenantTests {
    private func compare(_ site: Site, _ tenants: ForeignTenants) async throws -> Set<TenantID> {
        try await tenants.compare(
            with: site.client.tenants(below: site.client.ownTenant()).map { Tenant(id: $0.id, parent: $0.parent, name: $0.name) })
    }

    @Test("The tenant of provd's account becomes the appliance's own, with what waited for a tenant")
    func adopt() async throws {
        let fake = FakeWazoAuth()
        try await fake.serve { base in
            let site = try await Site(fake, base)
            let tenant = try #require(try await site.appliance.store.setting(FirstStart.tenantSetting).map(TenantID.init))
            let device = try await DeviceBook(site.appliance, scope: TenantScope(tenant)).create(["vendor": "Acme"])
            // Tenants below it stay below it.
            let child = try await TenantBook(site.appliance).create(.init(name: "customer"), below: tenant)
            let tenants = ForeignTenants(site.appliance)
            for _ in 0..<2 { try await tenants.adopt(try await site.client.ownTenant()) }
            #expect(try await site.appliance.store.device(device)?.tenant == TenantID(FakeWazoAuth.own))
            let tree = try await site.appliance.store.tenants()
            #expect(Set(tree.tenants.map(\.id)) == [TenantID(FakeWazoAuth.own), child.id] && tree[child.id]?.parent == TenantID(FakeWazoAuth.own))
            #expect(try await site.access("administrator's", tenant: "sub1").tenant == TenantID("sub1"))
        }
    }

    @Test("The devices of a deleted tenant are removed, and no others; one short answer removes nothing")
    func deleted() async throws {
        let fake = FakeWazoAuth()
        try await fake.serve { base in
            let site = try await Site(fake, base)
            let tenants = ForeignTenants(site.appliance)
            try await tenants.adopt(try await site.client.ownTenant())
            #expect(try await compare(site, tenants).isEmpty)
            for name in ["sub1", "sub2"] {
                _ = try await DeviceBook(site.appliance, scope: TenantScope(TenantID(name))).create(["id": .string(name)])
            }
            fake.state.withLock { $0.tenants.removeAll { $0.id == "sub1" } }
            #expect(try await compare(site, tenants).isEmpty)
            #expect(try await compare(site, tenants) == [TenantID("sub1")])
            #expect(try await site.appliance.store.devices().map(\.id.description) == ["sub2"])
            fake.state.withLock { $0.tenants = [] }
            for _ in 0..<3 { #expect(try await compare(site, tenants).isEmpty) }
            #expect(try await site.appliance.store.devices().count == 1)
        }
    }

    @Test("A tenant that is deleted at wazo-auth is noticed by asking again and again, also after wazo-auth was down")
    func following() async throws {
        let fake = FakeWazoAuth()
        try await fake.serve { base in
            let site = try await Site(fake, base)
            let tenants = ForeignTenants(site.appliance)
            try await tenants.adopt(try await site.client.ownTenant())
            for name in ["sub1", "sub2"] {
                _ = try await DeviceBook(site.appliance, scope: TenantScope(TenantID(name))).create(["id": .string(name)])
            }
            fake.state.withLock { state in
                state.tenants.removeAll { $0.id == "sub1" }
                state.isBroken = true
            }
            let requests = fake.state.withLock { $0.requests.count }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    await tenants.follow(every: .milliseconds(10)) {
                        try await site.client.tenants(below: try await site.client.ownTenant()).map { Tenant(id: $0.id, parent: $0.parent, name: $0.name) }
                    }
                }
                defer { group.cancelAll() }
                // While it is down nothing is concluded.
                while fake.state.withLock({ $0.requests.count }) < requests + 3 { try await Task.sleep(for: .milliseconds(5)) }
                #expect(try await site.appliance.store.devices().count == 2)
                fake.state.withLock { $0.isBroken = false }
                while try await site.appliance.store.devices().count > 1 { try await Task.sleep(for: .milliseconds(5)) }
            }
            #expect(try await site.appliance.store.devices().map(\.id.description) == ["sub2"])
        }
    }
}
