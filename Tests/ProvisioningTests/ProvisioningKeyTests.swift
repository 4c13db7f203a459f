// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import JSONText
import NetTypes
import ProvModel
import Testing

@testable import Provisioning

@Suite("Provisioning keys of tenants")
struct ProvisioningKeyTests {
    private let key = "paris-key-1234"

    /// An appliance with a tenant below its own that has a key, and the tenant.
    private func site(_ access: FileAccessPolicy = .bound, _ policy: FileAccessPolicy? = .key) async throws -> (TestAppliance, TenantID) {
        let test = try await TestAppliance(access: access)
        let paris = try await TenantBook(test.appliance).create(.init(name: "Paris", fileAccess: policy), below: test.tenant)
        try await ApplianceParameters(test.appliance).set(.provisioningKey, to: .string(key), for: paris.id)
        return (test, paris.id)
    }

    @Test("A phone that asks with a tenant's key becomes the tenant's, comes back with it, and is refused without")
    func lands() async throws {
        let (test, paris) = try await site()
        let file = try #require(try await test.yealink("/\(key)/0015650abbcc.cfg").text)
        #expect(try await test.device().tenant == paris)
        #expect(try await test.device().document["is_new"] == false)
        #expect(file.contains("http://10.77.0.1:8667/\(key)"), "the address under which it comes back has the key")
        #expect(try await test.yealink().refusal?.kind == .forbidden)
        #expect(try await test.yealink("/\(key)/0015650abbcc.cfg", from: "10.77.0.99").text != nil)
        #expect(try await test.timeline().allSatisfy { !$0.contains(key) }, "the key is on no timeline")
    }

    @Test("The key of another tenant opens nothing, and changes nothing of the device")
    func foreign() async throws {
        let (test, paris) = try await site()
        _ = try await test.yealink("/\(key)/0015650abbcc.cfg")
        let lyon = try await TenantBook(test.appliance).create(.init(name: "Lyon", fileAccess: .open), below: test.tenant)
        try await ApplianceParameters(test.appliance).set(.provisioningKey, to: "lyon-key-1234", for: lyon.id)
        let before = try await test.device()
        #expect(try await test.yealink("/lyon-key-1234/0015650abbcc.cfg", from: "10.77.0.12", version: "66.86.0.99").refusal?.kind == .forbidden)
        #expect(try await test.device() == before && before.tenant == paris)
        #expect(try await test.timeline().contains { $0.contains("another tenant") })
    }

    @Test("A phone that DHCP showed waits in the appliance's own tenant until it asks with a key")
    func claimed() async throws {
        let (test, paris) = try await site()
        var observation = DHCPObservation(observer: .sniffer, time: 1, type: .ack, mac: try #require(MACAddress("00:15:65:0a:bb:cc")))
        observation.recognition = .init(vendor: "Yealink", model: "T46S", basis: "sample")
        observation.ip = IPv4Address(10, 77, 0, 11)
        try await test.dhcp.take(observation)
        #expect(try await test.device().tenant == test.tenant)
        // Somebody elsewhere who knows the key does not take it.
        #expect(try await test.yealink("/\(key)/0015650abbcc.cfg", from: "10.77.0.66").refusal?.kind == .forbidden)
        #expect(try await test.device().tenant == test.tenant)
        #expect(try await test.yealink("/\(key)/0015650abbcc.cfg").text != nil)
        #expect(try await test.device().tenant == paris)
    }

    @Test("Where the appliance demands a key, nothing is made of what comes without; a word that is no key is part of a path")
    func demanded() async throws {
        let (test, paris) = try await site(.key, nil)
        for path in ["/0015650abbcc.cfg", "/paris-key-123/0015650abbcc.cfg", "/\(key)x/0015650abbcc.cfg"] {
            #expect(try await test.yealink(path).refusal?.kind == .unknownDevice)
        }
        #expect(try await test.store.devices().isEmpty)
        #expect(try await test.yealink("/\(key)/0015650abbcc.cfg").text != nil)
        #expect(try await test.device().tenant == paris)
    }

    @Test("A key that is set anew counts at once, and the one before no more")
    func renewed() async throws {
        let (test, paris) = try await site()
        let first = try await test.yealink("/\(key)/0015650abbcc.cfg").text
        try await ApplianceParameters(test.appliance).set(.provisioningKey, to: "paris-key-5678", for: paris)
        #expect(try await test.yealink("/\(key)/0015650abbcc.cfg").text == nil)
        let second = try await test.yealink("/paris-key-5678/0015650abbcc.cfg").text
        #expect(second != nil && second == first?.replacing(key, with: "paris-key-5678"))
        try await ApplianceParameters(test.appliance).set(.provisioningKey, to: .null, for: paris)
        #expect(try await test.yealink("/paris-key-5678/0015650abbcc.cfg").text == nil)
    }

    @Test("What an administrator is shown has the digest of what the phone gets, and not the key")
    func preview() async throws {
        let (test, _) = try await site()
        guard case .content(let given) = try await test.yealink("/\(key)/0015650abbcc.cfg") else {
            Issue.record("the phone gets its file")
            return
        }
        let shown = try await FilePreview(test.appliance).content(ofPath: "/0015650abbcc.cfg", for: try await test.device(), by: .http, at: nil)
        guard case .rendered(let bytes, _, let digest, _) = shown else {
            Issue.record("the file is shown")
            return
        }
        #expect(digest == given.sha256 && !String(decoding: bytes, as: UTF8.self).contains(key))
    }

    @Test("A tenant that demands no key takes a phone that shows one all the same; then its own policy counts")
    func notDemanded() async throws {
        let (test, paris) = try await site(.bound, nil)
        let file = try #require(try await test.yealink("/\(key)/0015650abbcc.cfg").text)
        #expect(try await test.device().tenant == paris && !file.contains(key))
        #expect(try await test.yealink().text != nil)
        #expect(try await test.yealink("/\(key)/0015650abbcc.cfg", from: "10.77.0.99").refusal?.kind == .forbidden)
    }

    @Test("A path is cut after the key, whatever follows", arguments: [
        ("/secret-key/a/b.cfg", "/a/b.cfg", true), ("/secret-key", "/", true), ("/secret-keyx/a", "/secret-keyx/a", false), ("/a/secret-key/b", "/a/secret-key/b", false),
        ("/", "/", false),
    ])
    func paths(path: String, rest: String, isKeyed: Bool) throws {
        let asker = try #require(IPAddress("192.0.2.7"))
        let request = try #require(PhoneFileRequest(transport: .tftp, path: path, userAgent: nil, asker: asker))
        let opened = request.unlocked(with: ["secret-key": TenantID("t")])
        #expect(opened.path == rest && (opened.tenant == TenantID("t")) == isKeyed)
        // A key counts once: what follows it is a path.
        let twice = try #require(PhoneFileRequest(transport: .tftp, path: "/secret-key/secret-key/x", userAgent: nil, asker: asker))
        #expect(twice.unlocked(with: ["secret-key": TenantID("t")]).path == "/secret-key/x")
    }
}
