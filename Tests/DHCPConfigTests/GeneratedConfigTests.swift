// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import DHCPConfig
@testable import DHCPConfigCommands

struct GeneratedConfigTests {
    private static let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/golden")

    /// `PROVD_UPDATE_GOLDEN=1 swift test` writes the files anew; the change is reviewed like any other.
    @Test(arguments: ServerPlatform.allCases) func theExampleSiteGivesTheGoldenFile(_ platform: ServerPlatform) throws {
        let generated = platform.generate(try plan(exampleSiteText()))
        let file = Self.golden.appending(path: "\(platform.rawValue).conf")
        if ProcessInfo.processInfo.environment["PROVD_UPDATE_GOLDEN"] != nil {
            try FileManager.default.createDirectory(at: Self.golden, withIntermediateDirectories: true)
            try Data(generated.text.utf8).write(to: file)
        }
        let expected = try String(contentsOf: file, encoding: .utf8)
        #expect(generated.text == expected, "\(platform.rawValue) differs from \(file.lastPathComponent)")
    }

    /// The example without interfaces, which the machine that runs the tests does not have.
    private func portableSite() throws -> String {
        try exampleSiteText().split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.contains("interface:") }.joined(separator: "\n")
    }

    @Test(arguments: [ServerPlatform.dnsmasq, .isc, .kea])
    func theServersOwnCheckerAcceptsIt(_ platform: ServerPlatform) throws {
        let generated = platform.generate(try plan(portableSite()))
        let file = FileManager.default.temporaryDirectory.appending(path: "provd-\(platform.rawValue)-\(UUID().uuidString).conf")
        try Data(generated.text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        switch ServerChecker(platform: platform).check(file.path) {
        case .accepted: break
        case .unavailable(let reason): print("\(platform.rawValue): not checked: \(reason)")
        case .rejected(let output): Issue.record("\(platform.rawValue) rejects its configuration:\n\(output)")
        }
    }

    @Test(arguments: [ServerPlatform.dnsmasq, .isc, .kea]) func aFragmentSaysNothingAboutTheServer(_ platform: ServerPlatform) throws {
        let text = platform.generate(try plan(exampleSiteText()), GeneratorOptions(isFragment: true)).text
        for word in ["port=0", "authoritative;", "interfaces-config", "Dhcp4\""] { #expect(!text.contains(word)) }
    }

    @Test(arguments: [ServerPlatform.dnsmasq, .isc, .kea]) func textCannotBreakOutOfItsPlace(_ platform: ServerPlatform) throws {
        let definition = """
            vendor: T
            sources: {s: s}
            families:
              - id: t
                recognise:
                  - {vendor_class: 'x"'' ; #,$({any}', source: s}
                deliver:
                  http:
                    - {option: 160, text: 'a"b''c,d;$(e)#', source: s}
                    - {option: 66, text: 'a"b''c,d;$(e)#', source: s}
            """
        let site = "provd: {address: 10.0.0.1}\nsubnets:\n  - {name: a, network: 10.0.0.0/24, ranges: 10.0.0.5-10.0.0.50}\n"
        let text = platform.generate(try plan(site, catalog: catalog(definition))).text
        let file = FileManager.default.temporaryDirectory.appending(path: "provd-\(UUID().uuidString).conf")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        if case .rejected(let output) = ServerChecker(platform: platform).check(file.path) { Issue.record("\(output)\n\(text)") }
    }

    /// Forms that a server reads in its own way: what is expected here was compared with packets of dnsmasq 2.90 and Kea 2.2.
    @Test func unusualValuesAreWrittenAsTheServersReadThem() throws {
        let definition = """
            vendor: T
            sources: {s: s}
            families:
              - id: t
                recognise: [{vendor_class: t, source: s}]
                deliver:
                  http:
                    - {option: 132, u8: 100, source: s}
                    - {option: 128, text: 10.0.0.1, source: s}
                    - {option: 159, text: url, source: s}
            """
        let site = "provd: {address: 10.0.0.1}\nsubnets:\n  - {name: a, network: 10.0.0.0/24, ranges: 10.0.0.5-10.0.0.50}\n"
        let plan = try plan(site, catalog: catalog(definition))
        let dnsmasq = ServerPlatform.dnsmasq.generate(plan).text
        #expect(dnsmasq.contains("tag:t,132,100b "))
        #expect(dnsmasq.contains("tag:t,128,\"10.0.0.1\""))
        let kea = ServerPlatform.kea.generate(plan)
        #expect(kea.findings.map(\.description).contains { $0.contains("four octets in option 159") })
        #expect(!kea.text.contains("provd-159"))
    }

    @Test func theExampleFitsItsSchema() throws {
        let script = """
            import json, sys
            try:
                import jsonschema, yaml
            except ImportError:
                print("not checked: jsonschema or yaml is missing"); sys.exit(0)
            jsonschema.validate(yaml.safe_load(open(sys.argv[1])), json.load(open(sys.argv[2])))
            """
        let directory = repository.appending(path: "dhcp")
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/env") else { return }
        let result = try Subcommand.run(
            "/usr/bin/env", ["python3", "-c", script, directory.appending(path: "site.example.yml").path, directory.appending(path: "site.schema.json").path])
        if result.code == 127 { print("not checked: python3 is missing") } else { #expect(result.code == 0, "\(result.output)") }
    }
}
