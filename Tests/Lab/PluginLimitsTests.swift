// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("Limits of plugins on a running appliance", .enabled(if: Lab.obstacle == nil, "\(Lab.obstacle ?? "")"), .serialized, .timeLimit(.minutes(10)))
struct PluginLimitsTests {
    @Test("A full disk changes nothing that serves, and what was refused succeeds when there is room")
    func fullDisk() async throws {
        try await PluginSite.run(megabytes: 24) { site in
            let process = try site.lab.provdProcess()
            try await site.makeKey()
            _ = try await site.pack("1.0.0")
            let package = try await site.pack("2.0.0", ballast: 3 << 20)
            try await site.index()
            try await site.order("repository", "add", "example", site.work + "/repo", "--key", site.work + "/example.pub")
            try await site.order("plugin", "update")
            try await site.order("plugin", "install", "acme-2", "--version", "1.0.0")
            try await site.expectServing("1.0.0", "before")

            let template = site.work + "/mine.j2"
            try "mine=1\n".write(toFile: template, atomically: true, encoding: .utf8)
            // No room at all; room for the download and not for the plugin.
            for room in [0, 4 << 20] {
                try await site.fill(leaving: room)
                try await site.refuses(["plugin", "upgrade", "acme-2"], saying: ["no room is left on the disk", "make room"])
                try await site.refuses(["plugin", "install", package], saying: ["no room is left on the disk", "make room"])
                try await site.refuses(["plugin", "firmware", "install", "acme-2", "a10-fw"], saying: ["no room is left on the disk", "make room"])
                if room == 0 {
                    try await site.refuses(["plugin", "template", "save", "acme-2", "device.cfg.j2", template], saying: ["no room is left on the disk", "make room"])
                }
                try await site.expectServing("1.0.0", "with \(room) bytes of room")
                #expect(try await site.fetch("/firmware/a10.rom").hasSuffix(" 404"), "with \(room) bytes of room")
                try site.makeRoom()
            }
            try await site.order("plugin", "upgrade", "acme-2")
            try await site.expectServing("2.0.0", "with room")
            try await site.order("plugin", "firmware", "install", "acme-2", "a10-fw")
            let sum = try await site.shell("sha256sum <'\(site.work)/repo/firmware/a10.rom'")
            let served = try await site.lab.succeed(
                "in", "appliance", "sh", "-c",
                "curl --silent --user-agent 'Acme A10 2.4.1 00:00:5e:00:53:01' http://10.77.0.1:8667/firmware/a10.rom | sha256sum")
            #expect(served == sum.trimmingCharacters(in: .newlines))
            #expect(try site.lab.provdProcess() == process && FileManager.default.fileExists(atPath: "/proc/\(process)/exe"))
        }
    }

    @Test("Hostile packages, and servers that break off, hang or go back, are refused, and the plugin serves on")
    func badInput() async throws {
        try await PluginSite.run(megabytes: 64) { site in
            let process = try site.lab.provdProcess()
            try await site.makeKey()
            _ = try await site.pack("1.0.0")
            try await site.index()
            let names = ["index.json", "index.json.sig"].map { "\(site.work)/repo/\($0)" }
            let old = try names.map { try Data(contentsOf: URL(filePath: $0)) }
            try await site.lab.succeed("bad-files", site.work + "/repo", "8088")
            try await site.order("repository", "add", "good", "http://127.0.0.1:8088/good", "--key", site.work + "/example.pub")
            try await site.order("plugin", "update")
            try await site.order("plugin", "install", "acme-2")
            try await site.expectServing("1.0.0", "installed over HTTP")

            _ = try await site.pack("2.0.0", ballast: 2 << 20)
            try await site.index()
            for manner in ["cut", "hang"] {
                try await site.order("repository", "add", manner, "http://127.0.0.1:8088/\(manner)", "--key", site.work + "/example.pub")
            }
            try await site.order("plugin", "update")
            // It is waited for until it is given up; meanwhile the others come.
            async let hanging = site.provctl("plugin", "upgrade", "acme-2", "--repository", "hang")
            try await hostilePackages(site)
            try await hostileTemplates(site)
            let given = try await hanging
            #expect(!given.succeeded && given.output.contains("stopped sending") && given.output.contains("try again"), "\(given.output)")
            try await site.expectServing("1.0.0", "after a server that hangs")
            try await site.refuses(["plugin", "upgrade", "acme-2", "--repository", "cut"], saying: ["try again: it goes on where it stopped"])
            try await site.expectServing("1.0.0", "after a server that breaks off")

            for (name, data) in zip(names, old) { try data.write(to: URL(filePath: name)) }
            try await site.refuses(["plugin", "update"], saying: ["older"])
            try await site.index()
            try await site.order("plugin", "upgrade", "acme-2", "--repository", "good")
            try await site.expectServing("2.0.0", "from a server that is sound")
            #expect(try site.lab.provdProcess() == process && FileManager.default.fileExists(atPath: "/proc/\(process)/exe"))
        }
    }

    /// Packages that would write elsewhere, or fill the disk or the memory.
    private func hostilePackages(_ site: PluginSite) async throws {
        let directory = site.work + "/hostile", witness = "/tmp/provd-evil"
        try? FileManager.default.removeItem(atPath: witness)
        try await site.shell("'\(Lab.path("scripts/lab/hostile-packages"))' '\(directory)'")
        let expected = [
            "parent": "leads out", "absolute": "absolute", "symbolic-link": "a link", "hard-link": "a link", "device": "a device", "pipe": "a pipe",
            "twice": "twice", "not-listed": "does not list it", "too-many": "entries", "manifest-of-a-gigabyte": "longer than", "sums-of-a-gigabyte": "longer than",
            "bomb": "holds more than", "ends-early": "truncated", "page": "no tar archive",
        ]
        for (name, words) in expected.sorted(by: { $0.key < $1.key }) {
            try await site.refuses(["plugin", "install", "\(directory)/\(name).tar.gz", "--allow-unsigned"], saying: [words, "the package"])
        }
        #expect(!FileManager.default.fileExists(atPath: witness))
        #expect(try FileManager.default.contentsOfDirectory(atPath: site.disk + "/plugins/current") == ["acme-2"])
        try await site.expectServing("1.0.0", "after hostile packages")

        // The archive of a firmware package.
        let bomb = try Data(contentsOf: URL(filePath: directory + "/bomb.zip"))
        let sum = try await site.shell("sha256sum <'\(directory)/bomb.zip'").prefix(64)
        let firmware = """
            id: zip-1
            version: 1.0.0
            vendor: Zip
            files: [{path: "/zip/{path}", directory: zip}]
            firmware_packages:
              - {id: bomb, version: "1", description: Bomb, files: [{name: bomb.zip, size: \(bomb.count), sha256: \(sum)}], place: [{unpack: zip, members: ["*.rom"], to: zip/}]}
            """
        let zip = site.work + "/zip-1"
        try FileManager.default.createDirectory(atPath: zip, withIntermediateDirectories: true)
        try firmware.write(toFile: zip + "/plugin.yml", atomically: true, encoding: .utf8)
        try await site.order("plugin", "pack", zip, "--output", site.work)
        try await site.order("plugin", "install", site.work + "/zip-1-1.0.0.tar.gz", "--allow-unsigned")
        try await site.refuses(["plugin", "firmware", "install", "zip-1", "bomb", "--bundle", directory], saying: ["times its length", "do not use this archive"])
        try await site.order("plugin", "uninstall", "zip-1")
    }

    /// Templates that would run for ever or fill the memory: an administrator's own are not saved, and a plugin's fail for its phones alone.
    private func hostileTemplates(_ site: PluginSite) async throws {
        let file = site.work + "/evil.j2"
        let sources = [
            "{% for i in range(1000000000) %}x{% endfor %}", "{% include 'device.cfg.j2' %}{% include 'device.cfg.j2' %}",
            "{% set x = 'a' * 100000 %}{% for i in range(11000) %}{{ x }}{% endfor %}",
        ]
        for (number, source) in sources.enumerated() {
            try source.write(toFile: file, atomically: true, encoding: .utf8)
            try await site.refuses(["plugin", "template", "save", "acme-2", "device.cfg.j2", file], saying: ["device.cfg.j2:1:", "nothing was saved"])
            let package = try await site.pack("1.0.0", id: "loop-\(number)", template: source)
            try await site.order("plugin", "install", package)
            let mac = "00:00:5e:00:53:1\(number)"
            try await site.order("device", "add", "--mac", mac, "--plugin", "loop-\(number)", "--model", "A10")
            let answer = try await site.fetch("/\(mac.replacing(":", with: "")).cfg", mac: mac)
            #expect(answer.contains("loop-\(number): device.cfg.j2") && !answer.hasSuffix(" 200") && !answer.hasSuffix(" 000"), "\(answer)")
            try await site.expectServing("1.0.0", "beside \(source)")
            try await site.order("plugin", "uninstall", "loop-\(number)", "--yes")
        }
    }
}
