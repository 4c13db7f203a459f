// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import DHCPConfig
import Foundation

/// `dhcpd-config check`: reads everything, reports everything, writes nothing.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Report every problem of the definitions and the site file.",
        discussion: """
            With --for, the configuration is generated too, and the server's own checker judges it if it is installed. \
            Kea's checker wants the interfaces to exist where it runs; what it says of others is left out.
            """)

    @Option(name: .customLong("for"), help: "A server; may be given several times.")
    var platforms: [ServerPlatform] = []

    @Option(help: "An interface to listen on; may be given several times.")
    var interface: [String] = []

    @Flag(help: "End with exit code 1 for warnings too.")
    var strict = false

    @OptionGroup var hook: HookInput

    @OptionGroup var site: SiteInput

    func run() throws {
        let plan = try site.plan()
        var findings = plan.lint()
        report(findings)
        var isRejected = false
        for platform in platforms {
            let generated = platform.generate(plan, GeneratorOptions(interfaces: interface, hook: try hook.leaseHook))
            report(generated.findings)
            findings += generated.findings
            let missing = platform == .kea ? Self.missingInterfaces(plan, interface) : []
            let text = missing.isEmpty ? generated.text : Self.keaText(plan, without: missing, hook: try hook.leaseHook)
            switch try Self.verdict(platform, text) {
            case .accepted:
                let but = missing.isEmpty ? "" : ", but for \(missing.joined(separator: ", ")), which this machine does not have"
                StandardOutput.write("\(platform.rawValue): accepted by the server's own checker\(but)\n")
            case .unavailable(let reason): StandardOutput.write("\(platform.rawValue): generated; not checked by the server: \(reason)\n")
            case .rejected(let output):
                isRejected = true
                StandardError.write("\(platform.rawValue): error: the server rejects the configuration:\n\(output)\n")
            }
        }
        let isTooMuch = findings.contains { $0.severity == .error || (strict && $0.severity == .warning) }
        guard !isRejected, !isTooMuch else { throw ExitCode(1) }
        StandardOutput.write("\(site.path): \(plan.subnets.count) subnet\(plan.subnets.count == 1 ? "" : "s"), \(plan.classes.count) classes of phones, no errors\n")
    }

    private static func missingInterfaces(_ plan: DHCPPlan, _ more: [String]) -> [String] {
        Set(plan.subnets.compactMap(\.interface) + more).filter { !FileManager.default.fileExists(atPath: "/sys/class/net/\($0)") }.sorted()
    }

    /// The configuration with the loopback in place of interfaces that are on another machine, so that the rest can be judged.
    private static func keaText(_ plan: DHCPPlan, without missing: [String], hook: LeaseHook?) -> String {
        missing.reduce(ServerPlatform.kea.generate(plan, GeneratorOptions(interfaces: ["*"], hook: hook)).text) { text, name in
            text.replacing("\"interface\": \"\(name)\"", with: "\"interface\": \"lo\"")
        }
    }

    private static func verdict(_ platform: ServerPlatform, _ text: String) throws -> ServerChecker.Verdict {
        let directory = FileManager.default.temporaryDirectory.appending(path: "dhcpd-config-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "generated.conf")
        try Data(text.utf8).write(to: file)
        return ServerChecker(platform: platform).check(file.path)
    }
}
