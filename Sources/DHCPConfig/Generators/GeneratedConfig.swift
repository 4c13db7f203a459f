// SPDX-License-Identifier: GPL-3.0-or-later

/// A server's configuration, and what the server cannot express of the plan.
public struct GeneratedConfig: Sendable, Hashable {
    /// The configuration. Ends with a line break.
    public let text: String
    /// What is missing from it, and what to do instead.
    public let findings: [ConfigDiagnostic]
}

/// What a generator needs to know besides the plan.
public struct GeneratorOptions: Sendable, Hashable {
    /// Whether to leave out what belongs to the server as a whole, so that the text can be included in a configuration that exists.
    public var isFragment: Bool
    /// The interfaces to listen on; if empty, those that the subnets name.
    public var interfaces: [String]
    /// What the server starts for every lease, if anything.
    public var hook: LeaseHook?
    /// Whether the configuration is for a trial: the server then asks the network nothing before it offers an address,
    /// and writes no leases where a server of this machine has its own.
    public var isTrial: Bool

    /// Makes options.
    public init(isFragment: Bool = false, interfaces: [String] = [], hook: LeaseHook? = nil, isTrial: Bool = false) {
        self.isFragment = isFragment
        self.interfaces = interfaces
        self.hook = hook
        self.isTrial = isTrial
    }

    /// The interfaces to listen on for `plan`, each once.
    func interfaces(for plan: DHCPPlan) -> [String] {
        var result: [String] = []
        for name in interfaces.isEmpty ? plan.subnets.compactMap(\.interface) : interfaces where !result.contains(name) {
            result.append(name)
        }
        return result
    }
}

/// The DHCP servers and platforms that configuration can be written for.
public enum ServerPlatform: String, Sendable, Hashable, CaseIterable {
    case dnsmasq, isc, kea, routeros, windows, opnsense
    case ciscoIOS = "cisco-ios"
    case systemdNetworkd = "systemd-networkd"
}

extension ServerPlatform {
    /// Writes the plan in the platform's language. The same plan always gives the same text.
    public func generate(_ plan: DHCPPlan, _ options: GeneratorOptions = GeneratorOptions()) -> GeneratedConfig {
        var generated = write(plan, options)
        switch self {
        case .dnsmasq, .isc, .kea, .opnsense: break
        case .routeros, .windows, .ciscoIOS, .systemdNetworkd:
            var missing = DiagnosticList()
            missing.noteMissingHook(options, self)
            generated = GeneratedConfig(text: generated.text, findings: generated.findings + missing.diagnostics)
        }
        return generated
    }

    private func write(_ plan: DHCPPlan, _ options: GeneratorOptions) -> GeneratedConfig {
        switch self {
        case .dnsmasq: DnsmasqGenerator(plan: plan, options: options).generate()
        case .isc: ISCGenerator(plan: plan, options: options).generate()
        case .kea: KeaGenerator(plan: plan, options: options).generate()
        case .routeros: RouterOSGenerator(plan: plan).generate()
        case .windows: WindowsGenerator(plan: plan).generate()
        case .ciscoIOS: CiscoIOSGenerator(plan: plan).generate()
        case .systemdNetworkd: NetworkdGenerator(plan: plan).generate()
        // OPNsense reads further files of its dnsmasq from /usr/local/etc/dnsmasq.conf.d.
        case .opnsense: DnsmasqGenerator(plan: plan, options: GeneratorOptions(isFragment: true, hook: options.hook)).generate()
        }
    }
}

/// The lines of a configuration as they are written.
struct ConfigText {
    private(set) var text = ""
    private let commentMark: String

    init(commentMark: String) { self.commentMark = commentMark }

    mutating func line(_ line: String = "") { text += line + "\n" }

    mutating func comment(_ comment: String) {
        // A line break inside a comment would end it.
        let flat = comment.map { $0.isNewline ? " " : $0 }
        text += "\(commentMark) \(String(flat))\n"
    }

    /// The head of every generated file.
    mutating func header(_ plan: DHCPPlan, _ platform: String) {
        comment("\(platform) for \(plan.site), written by dhcpd-config from \(plan.location.file).")
        comment("Change that file and generate again; changes made here are lost.")
        line()
    }
}
