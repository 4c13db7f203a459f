// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import PhonePlugins
import ProvModel
import Testing

@testable import Provisioning

@Suite("Remembered files")
struct RenderedFileCacheTests {
    private func file(_ lines: Int, changed: Int? = nil) -> [UInt8] {
        Array((0..<lines).map { "account.\($0).value = \($0 == changed ? "mine" : "%NULL%")\n" }.joined().utf8)
    }

    @Test("Files come back as they went in, and what two have in common is stored once")
    func pieces() {
        var store = PieceStore()
        let first = file(1_000), second = file(1_000, changed: 500)
        let stored = store.store(first)
        let alone = store.byteCount
        let other = store.store(second)
        #expect(stored.bytes == first && other.bytes == second)
        #expect(store.byteCount < alone + alone / 4)
        store.release(stored)
        #expect(other.bytes == second)
        store.release(other)
        #expect(store.byteCount == 0)
    }

    @Test(arguments: [0, 1, 511, 512, 513, 4_096, 10_000])
    func filesWithoutLines(_ length: Int) {
        var store = PieceStore()
        let bytes = [UInt8](repeating: 65, count: length)
        let file = store.store(bytes)
        #expect(file.bytes == bytes && file.byteCount == length)
    }

    @Test("The same file is given until anything that it is made of changes")
    func staysTrue() async throws {
        let test = try await TestAppliance()
        let first = try #require(try await test.yealink().text)
        #expect(try await test.yealink().text == first)
        let book = ConfigBook(test.appliance)
        var base = try #require(try await book.config(.base))
        base.rawConfig["ntp_enabled"] = true
        base.rawConfig["ntp_ip"] = "10.77.0.123"
        _ = try await book.replace(.base, with: base.fullDocument)
        let second = try #require(try await test.yealink().text)
        #expect(second != first && second.contains("10.77.0.123"))
        test.appliance.plugins.catalog = .empty
        #expect(try await test.yealink().text == nil)
        test.appliance.plugins.catalog = TestAppliance.plugins
        #expect(try await test.yealink().text == second)
    }

    @Test("What files are found by takes of their room too")
    func keys() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        let device = try await test.device()
        let plugin = try #require(TestAppliance.plugins.plugins.first)
        let ingredients = RenderedFileCache.Ingredients(
            plugin: plugin, device: device, configs: try await ConfigTree(root: .base, in: test.store), year: 2026)
        let cache = RenderedFileCache(capacity: 100_000)
        let keys = (0..<1_000).map { number in
            RenderedFileCache.Key(
                device: device.id, path: "/a", transport: .http, server: "10.77.0.1:8667",
                userAgent: String(repeating: "x", count: 500) + "\(number)", urlKey: nil)
        }
        let content = PhoneFileAnswer.RenderedContent(bytes: file(10), mediaType: "text/plain", sha256: "x")
        for key in keys {
            cache.keep(content, as: key, madeOf: ingredients)
            cache.keep(content, as: key, madeOf: ingredients)
            #expect(cache.content(key, madeOf: ingredients)?.bytes == content.bytes)
        }
        let known = keys.filter { cache.content($0, madeOf: ingredients) != nil }
        #expect(!known.isEmpty && known.count <= 200)
    }

    @Test("What the plugins made of requests takes no more room than it may, whatever they are asked")
    func recognition() {
        let cache = RecognitionCache(capacity: 100_000)
        let catalog = TestAppliance.plugins
        for number in 0..<200 {
            let request = PhoneRequest(
                protocol: .http, path: "/a", userAgent: "Yealink SIP-T46S 66.86.0.15 00:15:65:0a:bb:cc",
                hostname: "\(number)" + String(repeating: "x", count: number == 100 ? 200_000 : 5_000))
            #expect(cache.identify(request, with: catalog).identity.vendor == "Yealink")
            #expect(cache.byteCount <= 100_000)
        }
        #expect(cache.byteCount > 0)
    }

    @Test("A User-Agent header that no phone sends is not looked at")
    func longUserAgent() throws {
        func request(_ agent: String) throws -> PhoneFileRequest {
            try #require(PhoneFileRequest(transport: .http, path: "/a.cfg", userAgent: agent, asker: .v4(IPv4Address(10, 77, 0, 11))))
        }
        let longest = String(repeating: "x", count: PhoneFileRequest.maximumUserAgentLength)
        #expect(try request(longest).userAgent == longest)
        #expect(try request(longest + "x").userAgent == nil)
        // One character, and more bytes than many.
        #expect(try request("e" + String(repeating: "\u{301}", count: 10_000)).userAgent == nil)
    }
}
