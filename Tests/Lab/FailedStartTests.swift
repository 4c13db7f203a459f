// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("Starts that cannot go well", .enabled(if: Lab.obstacle == nil, "\(Lab.obstacle ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct FailedStartTests {
    @Test("A second provd names the port that is taken, and the first goes on")
    func portInUse() async throws {
        try await Lab.run { lab in
            let process = try lab.provdProcess()
            let text = try String(contentsOf: lab.state.appending(path: "provd.yml"), encoding: .utf8)
            let second = lab.state.appending(path: "second.yml")
            try text.replacing("\(lab.state.path)/provd", with: "\(lab.state.path)/second")
                .replacing("sightings.sock", with: "second.sock")
                .write(to: second, atomically: true, encoding: .utf8)
            try FileManager.default.createDirectory(at: lab.state.appending(path: "second"), withIntermediateDirectories: true)
            let start = try await lab("in", "appliance", "timeout", "--kill-after=5", "100", lab.program("provd"), "serve", "--config", second.path)
            #expect(![0, 124, 137].contains(start.status), "it must end by itself, with an error")
            #expect(["8667", "8666", "5060", "69"].contains { start.output.contains($0) }, "no port is named in: \(start.output)")
            try await lab.expectService(by: process, "beside a second provd")
        }
    }

    @Test("A read-only state directory is named, with what to do")
    func readOnlyState() async throws {
        try await Lab.run { lab in
            try await lab.succeed("stop", "provd")
            let directory = "\(lab.state.path)/provd"
            // The mount belongs to the command's own mount namespace and ends with it. Root ignores file modes.
            let script = """
                mount --bind '\(directory)' '\(directory)' && mount -o remount,bind,ro '\(directory)' &&
                exec timeout --kill-after=5 100 '\(lab.program("provd"))' serve --config '\(lab.state.path)/provd.yml'
                """
            let start = try await lab("in", "appliance", "sh", "-c", script)
            #expect(![0, 124, 137].contains(start.status), "it must end by itself, with an error: \(start.output)")
            #expect(start.output.contains(directory), "the directory is not named in: \(start.output)")
        }
    }

    @Test("A broken plugin is named, and the others serve")
    func brokenPlugin() async throws {
        let plugins = FileManager.default.temporaryDirectory.appending(path: "provd-plugins-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: Lab.repository.appending(path: "plugins").resolvingSymlinksInPath(), to: plugins)
        defer { try? FileManager.default.removeItem(at: plugins) }
        let broken = plugins.appending(path: "acme/broken")
        try FileManager.default.createDirectory(at: broken, withIntermediateDirectories: true)
        try "id: [acme-broken\nversion".write(to: broken.appending(path: "plugin.yml"), atomically: true, encoding: .utf8)

        try await Lab.run(plugins: plugins) { lab in
            let process = try lab.provdProcess()
            #expect(lab.log(of: "provd").contains("acme/broken"), "the log does not name the plugin: \(lab.log(of: "provd"))")
            try await lab.expectService(by: process, "beside a broken plugin")
        }
    }
}
