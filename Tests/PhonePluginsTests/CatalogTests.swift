// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import Testing

@testable import PhonePlugins

@Suite("Plugin catalogue")
struct CatalogTests {
    private static let template = ["templates/device.cfg.j2": "name = {{ device.mac }}\n"]

    private func files(_ manifests: [String: String]) -> [String: String] {
        var files: [String: String] = [:]
        for (name, manifest) in manifests {
            files["\(name)/plugin.yml"] = manifest
            for (path, text) in Self.template { files["\(name)/\(path)"] = text }
        }
        return files
    }

    @Test("A request is recognised by all its parts, with reasons")
    func identification() throws {
        try PluginFolder.with(files(["acme": Manifests.acme()])) { folder in
            let (catalog, problems) = folder.load()
            #expect(problems.isEmpty)
            let request = PhoneRequest(protocol: .http, path: "/000000aabbcc.cfg", userAgent: " Acme ac-1 1.2.3 00:00:00:AA:BB:CC ")
            let evidence = catalog.evidence(for: request)
            #expect(evidence.map(\.field) == [.userAgent, .path])
            #expect(evidence.first?.basis == "acme-1: the user agent is like “Acme {model} {version} {mac}”")
            let found = catalog.identify(request)
            #expect(found.mac == MACAddress("00:00:00:aa:bb:cc"))
            #expect(found.vendor == "Acme")
            #expect(found.model == "One")
            #expect(found.version == "1.2.3")
            #expect(found.reasons.count == 4)
            #expect(catalog.support(vendor: "ACME", model: found.model, version: found.version).map(\.level) == [.exact])
        }
    }

    @Test("Votes are counted; then the most specific pattern wins, then the greatest id")
    func voting() throws {
        func match(_ plugin: String, _ claims: PhoneIdentity, specificity: Int = 5) throws -> PatternMatch {
            PatternMatch(plugin: try #require(PluginID(plugin)), field: .userAgent, pattern: "p", specificity: specificity, claims: claims)
        }
        let majority = Identification(of: [
            try match("a", [.vendor: "X"], specificity: 9), try match("b", [.vendor: "Y"]), try match("c", [.vendor: "Y"]),
        ])
        #expect(majority.vendor == "Y")
        #expect(majority.reasons.first?.votes == 2)
        #expect(majority.reasons.first?.others == ["X": 1])

        // One plugin has one vote, however many of its patterns match.
        let oneEach = Identification(of: [
            try match("b", [.vendor: "Y"], specificity: 9), try match("a", [.vendor: "X"], specificity: 8), try match("a", [.vendor: "X"], specificity: 7),
        ])
        #expect(oneEach.vendor == "Y")

        let specific = Identification(of: [try match("a", [.vendor: "X"], specificity: 6), try match("b", [.vendor: "Y"])])
        #expect(specific.vendor == "X")
        let tie = Identification(of: [try match("acme-9", [.vendor: "X"]), try match("acme-10", [.vendor: "Y"])])
        #expect(tie.vendor == "Y")

        // A model of another vendor's table does not count, its MAC address does.
        let mixed = Identification(of: [
            try match("a", [.vendor: "X"], specificity: 9), try match("b", [.vendor: "Y", .model: "M", .mac: "00:15:65:00:00:01"]),
        ])
        #expect(mixed.vendor == "X")
        #expect(mixed.model == nil)
        #expect(mixed.mac == MACAddress("00:15:65:00:00:01"))
        #expect(Identification(of: []).isEmpty)
    }

    @Test("Two similar vendors do not claim each other's devices")
    func similarVendors() throws {
        let beta = Manifests.acme(id: "beta-1", vendor: "Beta").replacing("00:00:00\"]", with: "00:00:02\"]")
            .replacing("text: /000000000001.cfg", with: "text: /000002000001.cfg").replacing("\"/{mac:lower}.cfg\"\n", with: "\"/{mac:lower}.cfg\"\n")
        try PluginFolder.with(files(["acme": Manifests.acme(), "beta": beta])) { folder in
            let catalog = folder.load().catalog
            #expect(catalog.identify(PhoneRequest(protocol: .http, path: "/000000aabbcc.cfg")).vendor == "Acme")
            #expect(catalog.identify(PhoneRequest(protocol: .http, path: "/000002aabbcc.cfg")).vendor == "Beta")
            #expect(catalog.identify(PhoneRequest(protocol: .http, path: "/000003aabbcc.cfg")).isEmpty)
            #expect(catalog.identify(PhoneRequest(protocol: .http, userAgent: "Beta x 1 00:00:00:aa:bb:cc")).vendor == "Beta")
            #expect(catalog.support(vendor: "Beta", model: nil, version: nil).map(\.plugin.text) == ["beta-1"])
            #expect(catalog.support(vendor: "Gamma", model: nil, version: nil).isEmpty)
            #expect(catalog.support(vendor: nil, model: "One", version: nil).isEmpty)
        }
    }

    @Test("Of equal support the greatest id comes first, numbers by value")
    func arbitration() throws {
        try PluginFolder.with(files([
            "a9": Manifests.acme(id: "acme-9"), "a10": Manifests.acme(id: "acme-10"),
            "a8": Manifests.acme(id: "acme-8", extra: "support: [{model: listed, level: 550}, {model: absent, level: improbable}]"),
        ])) { folder in
            let catalog = folder.load().catalog
            let listed = catalog.support(vendor: "Acme", model: "One", version: "9")
            #expect(listed.map(\.plugin.text) == ["acme-8", "acme-10", "acme-9"])
            #expect(listed.map(\.level.value) == [550, 500, 500])
            #expect(listed.first?.why == "the model is listed")
            let unknown = catalog.support(vendor: "Acme", model: nil, version: nil)
            #expect(unknown.map(\.level.associates) == [true, true, false])
            #expect(catalog.support(vendor: "Acme", model: "Two", version: nil).last?.level == SupportLevel.none)
        }
    }

    @Test("The cost of a request does not grow with the number of plugins")
    func flatCost() throws {
        let requests = [
            PhoneRequest(protocol: .http, path: "/000000aabbcc.cfg"),
            PhoneRequest(protocol: .http, path: "/y000000000066.cfg", userAgent: "Vendor1 one 1.2.3 00:00:00:aa:bb:cc"),
            PhoneRequest(protocol: .http, path: "/favicon.ico", userAgent: "Mozilla/5.0 (X11; Linux x86_64)"),
        ]
        func steps(_ count: Int) throws -> [Int] {
            var manifests: [String: String] = [:]
            for number in 1...count {
                let octets = MACAddress(octets: [UInt8(number / 250), UInt8(number % 250), 2, 0, 0, 0])
                let prefix = String((octets?.description ?? "").prefix(8))
                manifests["p\(number)"] = Manifests.acme(id: "p-\(number)", vendor: "Vendor\(number)").replacing("\"00:00:00\"", with: "\"\(prefix)\"")
            }
            return try PluginFolder.with(files(manifests)) { folder in
                let (catalog, problems) = folder.load()
                #expect(problems.isEmpty && catalog.plugins.count == count)
                return requests.map { catalog.examine($0).steps }
            }
        }
        let one = try steps(1)
        for count in [20, 200] {
            for (few, many) in zip(one, try steps(count)) { #expect(many <= few + 8) }
        }
    }

    @Test("Hostile requests are nobody's", arguments: [
        String(repeating: "/a", count: 50_000), "/\0.cfg", "/000000aabbcc.cfg\n", String(decoding: [0x2F, 0xFF, 0xFE, 0x2E], as: UTF8.self), "",
    ])
    func hostileRequests(text: String) throws {
        try PluginFolder.with(files(["acme": Manifests.acme()])) { folder in
            let catalog = folder.load().catalog
            #expect(catalog.identify(PhoneRequest(protocol: .http, path: text, userAgent: text)).isEmpty)
            #expect(catalog.identify(PhoneRequest(protocol: .dhcp, vendorClass: text, userClass: text, hostname: text)).isEmpty)
            #expect(catalog["acme-1"]?.file(forPath: text, protocol: .http) == nil)
        }
    }

    @Test("A path that means everybody claims no address")
    func nobodysAddress() throws {
        try PluginFolder.with(files(["acme": Manifests.acme()])) { folder in
            let found = folder.load().catalog.identify(PhoneRequest(protocol: .http, path: "/000000000000.cfg"))
            #expect(found.mac == nil)
            #expect(found.vendor == "Acme")
        }
    }

    @Test("DHCP patterns look at the sender's address")
    func dhcpAddress() throws {
        let manifest = """
            id: a
            version: 1
            vendor: A
            patterns:
              dhcp:
                - {hostname: "SIP-{model}", oui: ["00:15:65"], claims: {vendor: A}, samples: [{text: SIP-T1}]}
            """
        try PluginFolder.with(["a/plugin.yml": manifest]) { folder in
            let catalog = folder.load().catalog
            var request = PhoneRequest(protocol: .dhcp, hostname: "SIP-T46S\0")
            #expect(catalog.identify(request).isEmpty)
            request.mac = MACAddress("00:15:65:00:00:01")
            #expect(catalog.identify(request).model == "T46S")
            request.mac = MACAddress("00:15:66:00:00:01")
            #expect(catalog.identify(request).isEmpty)
        }
    }
}
