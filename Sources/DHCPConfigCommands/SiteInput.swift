// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import DHCPConfig
import FoundationEssentials

/// The definitions and the site file that most commands read.
struct DefinitionsInput: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The directory of vendor definitions. Default: $PROVD_DHCP_DIR, then /usr/share/provd/dhcp, then ./dhcp.",
            valueName: "directory"))
    var definitions: String?

    /// The directory to use.
    var directory: String {
        if let definitions { return definitions }
        if let named = ProcessInfo.processInfo.environment["PROVD_DHCP_DIR"], !named.isEmpty { return named }
        let installed = "/usr/share/provd/dhcp"
        return FileManager.default.fileExists(atPath: installed) ? installed : "dhcp"
    }

    func catalog() throws -> VendorCatalog {
        try reportingProblems { () throws(ConfigError) in try VendorCatalog.load(directory: directory) }
    }
}

/// The site file, joined with the definitions.
struct SiteInput: ParsableArguments {
    @OptionGroup var definitions: DefinitionsInput

    @Argument(help: ArgumentHelp("The site file.", valueName: "site"))
    var path: String

    /// The plan of the site. Findings go to standard error.
    func plan() throws -> DHCPPlan { try planAndCatalog().plan }

    /// The plan of the site and the definitions. Findings go to standard error.
    func planAndCatalog() throws -> (plan: DHCPPlan, catalog: VendorCatalog) {
        let catalog = try definitions.catalog()
        let (site, siteFindings) = try reportingProblems { () throws(ConfigError) in try Site.load(path: path, catalog: catalog) }
        let (plan, planFindings) = try reportingProblems { () throws(ConfigError) in try DHCPPlan.make(site, catalog: catalog) }
        report(siteFindings + planFindings)
        return (plan, catalog)
    }
}

/// Writes findings to standard error, one a line.
func report(_ findings: [ConfigDiagnostic]) {
    for finding in findings { StandardError.write("\(finding)\n") }
}

/// Runs `body`; its problems go to standard error, and the command ends with exit code 1.
func reportingProblems<Result>(_ body: () throws(ConfigError) -> Result) throws -> Result {
    do {
        return try body()
    } catch {
        report(error.diagnostics)
        throw ExitCode(1)
    }
}
