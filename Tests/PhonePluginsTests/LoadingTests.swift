// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import Testing

@testable import PhonePlugins

@Suite("Loading plugins")
struct LoadingTests {
    private static let good: [String: String] = [
        "good/plugin.yml": Manifests.acme(), "good/templates/device.cfg.j2": "a = {{ device.mac }}\n", "good/files/firmware/x/y.rom": "ROM",
    ]

    private func load(_ files: [String: String]) throws -> (catalog: PluginCatalog, problems: [PluginProblem]) {
        try PluginFolder.with(Self.good.merging(files) { $1 }) { $0.load() }
    }

    @Test("A broken manifest is reported and left out; the others serve")
    func brokenManifest() throws {
        let (catalog, problems) = try load(["bad/plugin.yml": "id: bad\nversion: 1\nvendor: V\nfile: []"])
        #expect(catalog.plugins.map(\.id.text) == ["acme-1"])
        #expect(problems.count == 1)
        #expect(problems.first?.place.file.hasSuffix("/bad/plugin.yml") == true)
        #expect(problems.first?.place.line == 4)
    }

    @Test("A template that does not exist is reported")
    func missingTemplate() throws {
        let (catalog, problems) = try load(["bad/plugin.yml": Manifests.acme(id: "bad")])
        #expect(catalog.plugins.map(\.id.text) == ["acme-1"])
        #expect(problems.first?.plugin?.text == "bad")
        #expect(problems.first?.reason == "templates/device.cfg.j2 does not exist")
    }

    @Test("A family's plugins share its fragment, its templates and its files")
    func family() throws {
        let (catalog, problems) = try PluginFolder.with([
            "acme/common/common.yml": "vendor: Acme\nfiles: [{path: /logo.bmp, static: logo.bmp}]",
            "acme/common/files/logo.bmp": "common",
            "acme/common/templates/device.cfg.j2": "x",
            "acme/1/plugin.yml": "id: acme-1\nversion: 1\nfiles: [{path: \"/{mac}.cfg\", template: device.cfg.j2, format: none}]",
            "acme/2/plugin.yml": "id: acme-2\nversion: 1\n",
            "acme/2/files/logo.bmp": "longer than common",
        ]) { $0.load() }
        #expect(problems.isEmpty)
        #expect(catalog.plugins.map(\.id.text) == ["acme-1", "acme-2"])
        #expect(catalog["acme-1"]?.staticFiles["logo.bmp"]?.size == 6)
        #expect(catalog["acme-2"]?.staticFiles["logo.bmp"]?.size == 18)
    }

    @Test("Two plugins of one id are not both loaded")
    func duplicateID() throws {
        let (catalog, problems) = try load(["z/plugin.yml": "id: acme-1\nversion: 2\nvendor: Z"])
        #expect(catalog.plugins.count == 1)
        #expect(catalog["acme-1"]?.manifest.vendor == "Acme")
        #expect(problems.count == 1)
    }

    @Test("A directory without a plugin, and a directory that is not there, are reported")
    func nothing() throws {
        let (catalog, problems) = try load(["empty/readme.txt": ""])
        #expect(catalog.plugins.count == 1)
        #expect(problems.map(\.reason) == ["holds no plugin"])
        let missing = PluginCatalog.load(directory: "/nonexistent/plugins")
        #expect(missing.catalog.plugins.isEmpty && missing.problems.count == 1)
    }

    @Test("A plugin for a later provd is left out")
    func minimumProvd() throws {
        try PluginFolder.with(["a/plugin.yml": "id: a\nversion: 1\nvendor: V\nminimum_provd: 0.10.0"]) { folder in
            #expect(folder.load(PluginSurroundings(provdVersion: "0.9.0")).problems.first?.reason == "it needs provd 0.10.0, and this is 0.9.0")
            #expect(folder.load(PluginSurroundings(provdVersion: "0.10.0")).problems.isEmpty)
        }
    }

    @Test("Links that lead out of the plugin are refused", arguments: ["good/files/passwd", "good/files/firmware/up", "good/templates/x.j2"])
    func links(name: String) throws {
        try PluginFolder.with(Self.good) { folder in
            try folder.link(name, to: name.hasSuffix("up") ? "/etc" : "/etc/passwd")
            let (catalog, problems) = folder.load()
            #expect(catalog.plugins.isEmpty)
            #expect(problems.first?.reason == "a link that leads out of the plugin")
        }
    }

    @Test("Links within the plugin are followed")
    func innerLinks() throws {
        try PluginFolder.with(Self.good) { folder in
            try folder.link("good/files/firmware/latest.rom", to: "x/y.rom")
            let (catalog, problems) = folder.load()
            #expect(problems.isEmpty)
            let match = catalog["acme-1"]?.file(forPath: "/firmware/latest.rom", protocol: .http)
            #expect(match?.content == .file(StaticFile(path: "\(folder.path)/good/files/firmware/x/y.rom", size: 3)))
        }
    }

    @Test("Files are found by path, protocol and device")
    func files() throws {
        try PluginFolder.with(Self.good) { folder in
            let plugin = try #require(folder.load().catalog["acme-1"])
            let own = try #require(MACAddress("00:00:00:aa:bb:cc"))
            let match = try #require(plugin.file(forPath: "/000000aabbcc.cfg", protocol: .tftp, mac: own))
            #expect(match.content == .template("device.cfg.j2"))
            #expect(match.mac == own)
            #expect(match.isSensitive && match.isTrigger)
            #expect(match.mediaType == "text/plain")
            #expect(plugin.file(forPath: "000000aabbcc.cfg", protocol: .tftp) != nil)
            #expect(plugin.file(forPath: "/000000aabbcc.cfg", protocol: .http, mac: MACAddress("00:00:00:aa:bb:cd")) == nil)
            #expect(plugin.file(forPath: "/000000AABBCC.cfg", protocol: .http) == nil)
            #expect(plugin.file(forPath: "/firmware/x/y.rom", protocol: .http)?.mediaType == "application/octet-stream")
            #expect(plugin.file(forPath: "/firmware/missing.rom", protocol: .http) == nil)
        }
    }

    @Test("Paths that would leave the plugin are nobody's", arguments: [
        "/firmware/../../../etc/passwd", "/firmware/..", "/firmware//x/y.rom", "//firmware/x/y.rom", "/firmware/./x/y.rom", "/firmware/x\\y.rom",
        "/firmware/x/y.rom\0", "/firmware/x/", "..", "/", "", "/firmware/" + String(repeating: "x/", count: 50_000),
    ])
    func hostilePaths(path: String) throws {
        try PluginFolder.with(Self.good) { folder in
            let plugin = try #require(folder.load().catalog["acme-1"])
            #expect(plugin.file(forPath: path, protocol: .http) == nil)
        }
    }

    @Test("Downloaded files lie outside the package")
    func downloads() throws {
        let files = Self.good.merging(["downloads/acme-1/firmware/new.rom": "NEW!"]) { $1 }
        try PluginFolder.with(files) { folder in
            let surroundings = PluginSurroundings(downloads: folder.path + "/downloads")
            let (catalog, _) = PluginCatalog.load(directory: folder.path + "/good", surroundings: surroundings)
            let match = catalog["acme-1"]?.file(forPath: "/firmware/new.rom", protocol: .http)
            #expect(match?.content == .file(StaticFile(path: folder.path + "/downloads/acme-1/firmware/new.rom", size: 4)))
        }
    }
}
