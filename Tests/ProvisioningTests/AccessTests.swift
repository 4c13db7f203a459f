// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import JSONText
import ProvModel
import Testing

@testable import Provisioning

@Suite("Permissions, tokens and tenants")
struct AccessTests {
    @Test("Patterns of permissions mean what they mean in wazo-auth", arguments: [
        ("provd.devices.read", "provd.devices.read", true), ("provd.devices.read", "provd.devices.create", false),
        ("provd.*.read", "provd.devices.read", true), ("provd.*.read", "provd.dev_mgr.devices.read", false),
        ("provd.#", "provd.dev_mgr.devices.a.read", true), ("provd.#", "provd", false), ("#", "anything.at.all", true),
        ("provd.#.read", "provd.a.b.read", true), ("provd.#.read", "provd.a.b.delete", false), ("provd.dev*", "provd.devices", true),
        ("", "", true), ("*", "", true), ("**", "abc", true), ("provd.devices.*.read", "provd.devices.read", false),
    ])
    func patterns(pattern: String, permission: String, isAllowed: Bool) {
        #expect(PermissionPatterns([pattern]).allow(permission) == isAllowed)
    }

    @Test("What a pattern with an exclamation mark takes away, no other gives")
    func negative() {
        let patterns = PermissionPatterns(["provd.#", "!provd.tokens.#"])
        #expect(patterns.allow("provd.devices.read") && !patterns.allow("provd.tokens.create"))
    }

    @Test("Nobody passes on more than he has", arguments: [
        (["#"], "provd.#", true), (["provd.#"], "#", false), (["provd.#"], "provd.*.read", true), (["provd.*.read"], "provd.#.read", false),
        (["provd.*.read"], "provd.devices.read", true), (["provd.*.read"], "provd.*.read", true), (["provd.lines.#"], "provd.*", false),
        (["#", "!provd.tokens.#"], "provd.#", false), (["#", "!provd.tokens.#"], "provd.lines.read", true), (["#"], "!provd.x", true),
    ])
    func covering(own: [String], pattern: String, isCovered: Bool) {
        #expect(PermissionPatterns(own).cover(pattern) == isCovered)
    }

    @Test("A long pattern against a long permission costs little")
    func hostile() {
        let pattern = String(repeating: "#*", count: 128), text = String(repeating: "a.", count: 2_000)
        #expect(PermissionPatterns([pattern + "x"]).allow(text) == false)
    }

    @Test("A token counts until it ends or is revoked; only its hash is kept")
    func tokens() async throws {
        let test = try await TestAppliance()
        let book = TokenBook(test.appliance), scope = TenantScope(test.tenant), all = PermissionPatterns(["#"])
        let draft = TokenBook.Draft(name: "pbx", tenant: test.tenant, permissions: ["provd.lines.#"], expires: test.clock.now + 60)
        let (token, secret) = try await book.issue(draft, by: all, in: scope)
        #expect(try await book.token(secret: secret) == token)
        #expect(try await book.token(secret: secret + "x") == nil)
        #expect(!token.digest.isEmpty && Array(secret.utf8) != token.digest)
        test.clock.advance(61)
        #expect(try await book.token(secret: secret) == nil)

        let (second, secondSecret) = try await book.issue(.init(name: "b", tenant: test.tenant, permissions: ["#"], expires: nil), by: all, in: scope)
        #expect(try await book.token(secret: secondSecret) != nil)
        #expect(try await book.revoke(second.id, in: TenantScope(TenantID("other"))) == false)
        #expect(try await book.revoke(second.id, in: scope))
        #expect(try await book.token(secret: secondSecret) == nil)
    }

    @Test("A new administrator's token ends the one before")
    func administrator() async throws {
        let test = try await TestAppliance()
        let book = TokenBook(test.appliance)
        try await book.setAdministrator(secret: "first", tenant: test.tenant)
        try await book.setAdministrator(secret: "first", tenant: test.tenant)
        #expect(try await book.token(secret: "first")?.id == .administrator)
        try await book.setAdministrator(secret: "second", tenant: test.tenant)
        #expect(try await book.token(secret: "first") == nil)
        #expect(try await book.token(secret: "second")?.permissions == ["#"])
    }

    @Test("Tenants form a tree, and one that is deleted takes what was its own with it")
    func tenants() async throws {
        let test = try await TestAppliance()
        let book = TenantBook(test.appliance)
        let paris = try await book.create(.init(name: "Paris"), below: test.tenant)
        let louvre = try await book.create(.init(name: "Louvre"), below: paris.id)
        let tree = try await book.tree()
        #expect(tree.tree(of: paris.id) == [paris.id, louvre.id] && tree.tree(of: test.tenant).count == 3)
        #expect(tree.tree(of: TenantID("nobody")) == [TenantID("nobody")])
        _ = try await LineBook(test.appliance, scope: TenantScope(louvre.id)).add(.init(number: "101", displayName: "Mona"))
        let device = try await DeviceBook(test.appliance, scope: TenantScope(louvre.id)).create(["vendor": "Acme"])

        #expect(try await book.delete(test.tenant) == .isMain)
        #expect(try await book.delete(paris.id) == .hasTenantsBelow)
        #expect(try await book.delete(louvre.id) == .deleted)
        #expect(try await book.delete(louvre.id) == .notFound)
        #expect(try await test.store.device(device) == nil)
        #expect(try await test.store.lines().isEmpty)
        await #expect(throws: DocumentError.self) { try await book.create(.init(name: "x"), below: louvre.id) }
    }

    @Test("A tenant's policy for files with credentials counts for it and for those below it")
    func policies() async throws {
        let test = try await TestAppliance(access: .bound)
        _ = try await test.yealink()
        #expect(try await test.yealink(from: "10.77.0.99").refusal?.kind == .forbidden)
        _ = try await TenantBook(test.appliance).update(test.tenant) { $0.fileAccess = .open }
        #expect(try await test.yealink(from: "10.77.0.99").text != nil)
    }

    @Test("A change that was made to what is no longer so is refused")
    func revisions() async throws {
        let test = try await TestAppliance()
        let line = try await test.lines.add(.init(number: "101", displayName: "Alice"))
        let seen = ExpectedRevision(oneOf: [line.revision])
        let changed = try #require(try await test.lines.update(line.id, expecting: seen) { $0.displayName = "Alice Martin" })
        #expect(changed.revision != line.revision)
        await #expect(throws: RevisionConflict.self) { try await test.lines.update(line.id, expecting: seen) { $0.displayName = "Bob" } }
        await #expect(throws: RevisionConflict.self) { try await test.lines.remove(line.id, expecting: seen) }
        #expect(try await test.lines.remove(line.id, expecting: ExpectedRevision(oneOf: [changed.revision])))
    }
}
