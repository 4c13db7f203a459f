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
}
