// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import Testing

@testable import PhonePlugins

/// What a manifest says of files that phones send, and of TFTP options.
@Suite("Uploads and TFTP options")
struct ServingRulesTests {
    private static let manifest = Manifests.acme(
        extra: """
            uploads:
              - {path: "/{mac:lower}-app.log", maximum_size: 4096, methods: [put]}
              - {path: "/logs/{path}", case: insensitive}
            tftp: {options: [blksize, tsize], maximum_block_size: 512}
            """)

    private func plugin(_ body: (Plugin) throws -> Void) throws {
        try PluginFolder.with(["acme/plugin.yml": Self.manifest, "acme/templates/device.cfg.j2": "a = 1"]) { folder in
            let loaded = folder.load()
            #expect(loaded.problems.map(\.description) == [])
            try body(try #require(loaded.catalog["acme-1"]))
        }
    }

    @Test("A phone may send what a rule names, by its methods and under its own address")
    func uploads() throws {
        try plugin { plugin in
            let log = try #require(plugin.upload(toPath: "/000000000001-app.log", method: .put))
            #expect(log.rule.maximumSize == 4096)
            #expect(log.mac == MACAddress("00:00:00:00:00:01"))
            #expect(plugin.upload(toPath: "/000000000001-app.log", method: .post) == nil)
            #expect(plugin.upload(toPath: "/000000000001-app.log", method: .put, mac: MACAddress("00:00:00:00:00:02")) == nil)
            #expect(plugin.upload(toPath: "LOGS/a/b.txt", method: .post)?.rule.maximumSize == UploadRule.defaultMaximumSize)
            #expect(plugin.upload(toPath: "/logs/../b.txt", method: .post) == nil)
            #expect(plugin.upload(toPath: "/other.log", method: .put) == nil)
        }
    }

    @Test("TFTP options are those of the manifest, else all")
    func tftp() throws {
        try plugin { plugin in
            #expect(plugin.manifest.tftpOptions == TFTPOptionRules(options: [.blockSize, .transferSize], maximumBlockSize: 512))
        }
        #expect(try Manifests.decode(Manifests.acme()).tftpOptions == .unlimited)
        #expect(try Manifests.decode(Manifests.acme(extra: "tftp: {options: []}")).tftpOptions.options.isEmpty)
    }

    @Test(
        "What cannot be is refused with its place",
        arguments: [
            "uploads: [{maximum_size: 5}]", "uploads: [{path: x.log}]", "uploads: [{path: /x, maximum_size: 0}]", "uploads: [{path: /x, methods: [get]}]",
            "uploads: [{path: /x, size: 5}]", "tftp: {options: [multicast]}", "tftp: {maximum_block_size: 4}", "tftp: {maximum_window_size: 0}", "tftp: [blksize]",
        ])
    func refusals(text: String) {
        let error = #expect(throws: PluginProblem.self) { try Manifests.decode(Manifests.acme(extra: text)) }
        #expect((error?.place.line ?? 0) > 15)
    }
}
