// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import DHCPConfig
@testable import DHCPConfigCommands

struct LeaseHookTests {
    private static let site = "provd: {address: 10.0.0.1}\nsubnets:\n  - {name: a, network: 10.0.0.0/24, ranges: 10.0.0.5-10.0.0.50}\n"
    private static let marks: [ServerPlatform: String] = [
        .isc: "execute(\"/usr/bin/true\", \"commit\"", .dnsmasq: "dhcp-script=/usr/bin/true\n", .kea: "libdhcp_run_script.so",
    ]

    private func hook() throws -> LeaseHook { try #require(LeaseHook(program: "/usr/bin/true")) }

    @Test(arguments: [ServerPlatform.dnsmasq, .isc, .kea])
    func theHookIsInWholeConfigurationsAndFragmentsOnlyIfAskedFor(_ platform: ServerPlatform) throws {
        let mark = try #require(Self.marks[platform]), plan = try plan(Self.site)
        for isFragment in [false, true] {
            #expect(platform.generate(plan, GeneratorOptions(isFragment: isFragment, hook: try hook())).text.contains(mark))
            #expect(!platform.generate(plan, GeneratorOptions(isFragment: isFragment)).text.contains(mark))
        }
    }

    @Test(arguments: [ServerPlatform.dnsmasq, .isc, .kea])
    func theServersOwnCheckerAcceptsTheHook(_ platform: ServerPlatform) throws {
        let generated = platform.generate(try plan(Self.site), GeneratorOptions(hook: try hook()))
        let file = FileManager.default.temporaryDirectory.appending(path: "provd-\(platform.rawValue)-\(UUID().uuidString).conf")
        try Data(generated.text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        // Kea's checker loads the library, which not every installation has.
        let library = "\(LeaseHook.debianKeaLibraries)/libdhcp_run_script.so"
        guard platform != .kea || FileManager.default.fileExists(atPath: library) else { return }
        switch ServerChecker(platform: platform).check(file.path) {
        case .accepted: break
        case .unavailable(let reason): print("\(platform.rawValue): not checked: \(reason)")
        case .rejected(let output): Issue.record("\(platform.rawValue) rejects its configuration:\n\(output)")
        }
    }

    @Test(arguments: [ServerPlatform.routeros, .windows, .ciscoIOS, .systemdNetworkd])
    func whatCannotCallAProgramSaysSo(_ platform: ServerPlatform) throws {
        let findings = platform.generate(try plan(Self.site), GeneratorOptions(hook: try hook())).findings
        #expect(findings.contains { $0.message.contains("hook") })
    }

    @Test(arguments: ["", "hook", "/", "/a b", "/a\"", "/a;b", "/a\nb", "/a,b", "/é", "/a/"])
    func pathsThatAServerWouldReadOtherwiseAreRefused(_ path: String) {
        #expect(LeaseHook(program: path) == nil)
        #expect(LeaseHook(program: "/usr/bin/true", keaLibraries: path) == nil)
    }
}
