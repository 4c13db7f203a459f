// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import PhonePlugins

/// Tests of the plugins in `plugins/` as they are shipped.
@Suite("Shipped plugins")
struct ShippedPluginsTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    private static let loaded = PluginCatalog.load(directory: repository + "/plugins")

    @Test("All plugins load without a fault")
    func loading() {
        #expect(Self.loaded.problems.map(\.description) == [])
        #expect(!Self.loaded.catalog.plugins.isEmpty)
    }

    @Test("Every plugin passes its own tests", arguments: loaded.catalog.plugins.map(\.id))
    func ownTests(id: PluginID) throws {
        let plugin = try #require(Self.loaded.catalog[id])
        let report = PluginTestRunner.run(plugin, timeZone: SampleTimeZones.zone)
        #expect(report.hasPassed, "\(report)")
        #expect(report.count > plugin.manifest.patterns.count)
    }

    @Test("No plugin claims the samples of another vendor")
    func noForeignClaims() {
        for plugin in Self.loaded.catalog.plugins {
            for rule in plugin.manifest.patterns {
                for sample in rule.samples {
                    var request = PhoneRequest(protocol: rule.protocol)
                    request.set(rule.field, to: sample.text)
                    for match in Self.loaded.catalog.evidence(for: request) {
                        guard let vendor = match.vendor, let expected = sample.gives[.vendor] else { continue }
                        #expect(vendor == expected, "\(sample.text): \(match.basis)")
                    }
                }
            }
        }
    }

    @Test("A phone is of the make that it says, whatever other makes ask for the same file", arguments: ["/y000000000000.boot", "/y000000000000.cfg"])
    func sharedNames(path: String) {
        let said = "Flyingvoice FIP13G V0.6.24 00:21:F2:22:AE:F1"
        let identity = Self.loaded.catalog.identify(PhoneRequest(protocol: .http, path: path, userAgent: said))
        #expect(identity.vendor == "Flyingvoice" && identity.model == "FIP13G")
    }

    @Test("The published schema accepts every manifest")
    func schema() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let manifests = try FileManager.default.subpathsOfDirectory(atPath: Self.repository + "/plugins")
            .filter { $0.hasSuffix("/plugin.yml") || $0.hasSuffix("/common.yml") }.map { Self.repository + "/plugins/" + $0 }
        process.arguments = ["python3", Self.repository + "/scripts/check-plugin-schema", Self.repository + "/plugins/plugin.schema.json"] + manifests
        let output = Pipe()
        process.standardOutput = output
        do { try process.run() } catch { return }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        // 77 and 127: Python or its packages are not installed.
        guard ![77, 127].contains(process.terminationStatus) else { return }
        #expect(process.terminationStatus == 0, "\(text)")
    }
}
