// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

@testable import DHCPConfig

/// The top of the repository.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// The definitions that provd ships, with file names that do not depend on where the repository is.
func shippedCatalog() throws -> VendorCatalog { try shipped.get() }

private let shipped = Result {
    let directory = repository.appending(path: "dhcp")
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.hasSuffix(".yml") && !$0.hasPrefix("site") }
    return try VendorCatalog.load(
        names.sorted().map { ($0.dropLast(4).description, "dhcp/\($0)", try String(contentsOf: directory.appending(path: $0), encoding: .utf8)) })
}

/// The site file that provd ships.
func exampleSiteText() throws -> String {
    try String(contentsOf: repository.appending(path: "dhcp/site.example.yml"), encoding: .utf8)
}

/// The plan of a site text.
func plan(_ text: String, catalog: VendorCatalog? = nil) throws -> DHCPPlan {
    let catalog = try catalog ?? shippedCatalog()
    return try DHCPPlan.make(Site.load(text, file: "dhcp/site.example.yml", catalog: catalog).site, catalog: catalog).plan
}

/// A catalogue of one definition.
func catalog(_ text: String) throws -> VendorCatalog { try VendorCatalog.load([("test", "test.yml", text)]) }

/// What reading `text` as a site reports.
func siteProblems(_ text: String) -> [String] {
    do {
        let catalog = try shippedCatalog()
        let (site, findings) = try Site.load(text, file: "site.yml", catalog: catalog)
        let (plan, more) = try DHCPPlan.make(site, catalog: catalog)
        return (findings + more + plan.lint()).map(\.description)
    } catch let error as ConfigError {
        return error.diagnostics.map(\.description)
    } catch {
        return ["\(error)"]
    }
}
