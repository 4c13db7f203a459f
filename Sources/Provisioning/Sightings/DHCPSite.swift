// SPDX-License-Identifier: GPL-3.0-or-later

public import DHCPConfig
public import JSONText
public import NetTypes
import ProvModel

/// The site file of an appliance's DHCP, and what becomes of it.
public struct DHCPSite: Sendable {
    /// The name of the setting that holds the text.
    private static let setting = "parameter.dhcp_site"
    /// The largest site file; one with a thousand reservations has 100 kB.
    private static let maximumSize = 1_024 * 1_024

    private let store: any ProvisioningStore
    private let catalog: VendorCatalog

    /// Makes the use case.
    ///
    /// - Parameter catalog: The vendor definitions.
    public init(_ appliance: Appliance, catalog: VendorCatalog) {
        store = appliance.store
        self.catalog = catalog
    }

    /// The site file, or `nil` if none was stored.
    public func text() async throws -> String? { try await store.setting(Self.setting) }

    /// Checks a site file and keeps it.
    ///
    /// - Returns: What is worth knowing about it.
    /// - Throws: `DocumentError` with every problem and its line, `RevisionConflict` if it is not as its author saw it.
    public func replace(with text: String, expecting: ExpectedRevision = .any) async throws -> [String] {
        let (_, findings) = try plan(of: text)
        try await store.transaction { transaction in
            let former = try transaction.setting(Self.setting) ?? ""
            try expecting.check(Self.revision(of: former))
            try transaction.save(setting: Self.setting, text)
        }
        return findings
    }

    /// The state of a site file.
    public static func revision(of text: String) -> DocumentRevision { DocumentRevision(of: .string(text)) }

    /// The configuration for a DHCP server.
    ///
    /// - Returns: The configuration and what is worth knowing about it; `nil` if no site file was stored.
    public func configuration(for platform: ServerPlatform) async throws -> (text: String, findings: [String])? {
        guard let text = try await text() else { return nil }
        let (plan, findings) = try plan(of: text)
        return (platform.generate(plan).text, findings)
    }

    /// What a phone would be told in a subnet, in words and as members; `nil` if no site file was stored.
    ///
    /// - Parameter subnet: The name of the subnet; may be left out if there is one only.
    public func explain(mac: MACAddress?, vendorClass: String?, userClass: String?, subnet: String?) async throws -> (text: String, json: JSONValue)? {
        guard let text = try await text() else { return nil }
        let (plan, _) = try plan(of: text)
        let candidates = subnet.map { name in plan.subnets.filter { $0.name == name } } ?? plan.subnets
        guard candidates.count == 1, let chosen = candidates.first else {
            throw DocumentError("subnet", "name one of the site's subnets: \(plan.subnets.map(\.name).joined(separator: ", "))")
        }
        var evidence = DHCPEvidence(vendorClass: vendorClass, userClass: userClass, hostname: nil)
        evidence.mac = mac
        let explanation = plan.explain(evidence, in: chosen, catalog: catalog)
        return (explanation.description, (try? JSONValue(parsing: explanation.json)) ?? .null)
    }

    private func plan(of text: String) throws -> (DHCPPlan, [String]) {
        guard text.utf8.count <= Self.maximumSize else { throw DocumentError("site", "a site file has \(Self.maximumSize) bytes at the most") }
        do throws(ConfigError) {
            let (site, siteFindings) = try Site.load(text, file: "site", catalog: catalog)
            let (plan, planFindings) = try DHCPPlan.make(site, catalog: catalog)
            return (plan, (siteFindings + planFindings).map(\.description))
        } catch {
            throw DocumentError("site", error.description)
        }
    }
}
