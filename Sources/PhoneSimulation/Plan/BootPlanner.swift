// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
public import PhonePlugins

/// Works out from the plugins how phones boot. It knows no manufacturer: paths are those of the plugin's file rules, in their order, and user agents
/// those of its patterns' samples.
public struct BootPlanner: Sendable {
    private let catalog: PluginCatalog
    private let plugin: Plugin
    /// All plugins of the manufacturer.
    private let family: [Plugin]
    /// The plugins whose patterns say what the phones ask for.
    private let sources: [Plugin]
    private let userAgents: SampleTexts
    private let sipUserAgents: SampleTexts
    private let vendorClasses: SampleTexts
    private let paths: [PhoneProtocol: SampleTexts]
    /// Plans are made for a phone with this number: its digits show the case in which an address is written.
    private static let sampleNumber = 0x5A_BC_DE

    /// Plans the phones of one plugin of a catalogue, against all others: a text counts only if all plugins together take it for the phone's.
    public init(_ plugin: Plugin, in catalog: PluginCatalog) {
        let family = catalog.plugins.filter { $0.manifest.vendor == plugin.manifest.vendor }
        // A firmware level without patterns of its own leaves them to the others.
        let sources = plugin.manifest.patterns.isEmpty ? family : [plugin]
        self.catalog = catalog
        self.plugin = plugin
        self.family = family
        self.sources = sources
        userAgents = SampleTexts(family, .http, .userAgent, first: plugin.id)
        sipUserAgents = SampleTexts(family, .sip, .userAgent, first: plugin.id)
        vendorClasses = SampleTexts(family, .dhcp, .vendorClass, first: plugin.id)
        paths = [.http: SampleTexts(sources, .http, .path, first: plugin.id), .tftp: SampleTexts(sources, .tftp, .path, first: plugin.id)]
    }

    /// The plan for phones of a model.
    ///
    /// - Parameter transport: By what they shall fetch files; `nil` for HTTP where the plugin has it, and TFTP otherwise.
    /// - Throws: ``PlanProblem`` if the plugin does not say enough.
    public func plan(_ model: PhoneModel, transport wanted: PhoneProtocol? = nil) throws(PlanProblem) -> BootPlan {
        let name = "\(plugin.id) \(model.name)"
        var best: (plan: BootPlan, score: Int)?
        search: for transport in [PhoneProtocol.http, .tftp] where wanted == nil || wanted == transport {
            for (first, bits) in prefixes(of: model) {
                let mac = first.numbered(Self.sampleNumber, bits: bits)
                guard let plan = plan(model, first, bits, mac: mac, transport) else { continue }
                let score = self.score(plan, mac)
                if best.map({ score > $0.score }) ?? true { best = (plan, score) }
                // All there is to know is known.
                if score == Score.whole + Score.path { break search }
            }
        }
        guard let best else {
            throw PlanProblem(
                name: name, reason: "the plugin names no file that holds a phone's configuration and that is served by \(wanted?.rawValue ?? "HTTP or TFTP")")
        }
        guard best.score & Score.mac != 0 else {
            throw PlanProblem(name: name, reason: "neither its file's name nor its user agent says which phone it is, so that many cannot be told apart from one address")
        }
        return best.plan
    }

    /// The prefixes to try, each with the number of bits behind it: those of the plugin, of the addresses in its samples, or of its family.
    private func prefixes(of model: PhoneModel) -> [(MACAddress, Int)] {
        func addresses(_ plugins: [Plugin], of model: String?) -> [MACAddress] {
            plugins.flatMap(\.manifest.patterns).flatMap(\.samples).filter { model == nil || $0.gives[.model] == model }
                .compactMap { $0.gives[.mac].flatMap { MACAddress($0) } }
        }
        let own = addresses([plugin], of: nil)
        var ouis = addresses([plugin], of: model.name).map(\.oui)
        ouis += plugin.manifest.ouis
        ouis += own.map(\.oui)
        ouis += addresses(family, of: model.name).map(\.oui)
        ouis += family.flatMap(\.manifest.ouis)
        let whole = ouis.prefix(Self.maximumPrefixes).map { (MACAddress(bits: UInt64($0.bits) << 24), 24) }
        let parts = own.prefix(Self.maximumPrefixes).map { ($0.numbered(0, bits: 16), 16) }
        var known: Set<MACAddress> = []
        return (whole + parts).filter { known.insert($0.0).inserted }
    }

    /// How many prefixes of each length are tried: phones of one model whose first ones are not recognised are not by later ones either.
    private static let maximumPrefixes = 8

    // MARK: One prefix

    private func plan(_ model: PhoneModel, _ first: MACAddress, _ bits: Int, mac: MACAddress, _ transport: PhoneProtocol) -> BootPlan? {
        let samples = paths[transport]?.texts(model: model, version: model.version, mac: mac).map(\.text) ?? []
        let paths = FilePaths(catalog: catalog, plugin: plugin, model: model, mac: mac, transport: transport, sources: sources, samples: samples)
        guard let trigger = paths.trigger else { return nil }
        let agent = transport == .http ? bestText(userAgents, model, mac) { PhoneRequest(protocol: .http, path: trigger, userAgent: $0) } : nil
        let sipAgent = bestText(sipUserAgents, model, mac) { PhoneRequest(protocol: .sip, userAgent: $0, mac: mac) }
        let vendorClass = bestText(vendorClasses, model, mac) { PhoneRequest(protocol: .dhcp, vendorClass: $0, mac: mac) }
        let userAgent = agent.map { AddressedText($0, of: mac) }
        let all = paths.others.map { BootPlan.Step(path: AddressedText($0, of: mac), isNeeded: false) }
        let named = all.filter { $0.path.namesPhone || userAgent?.namesPhone == true }
        let shown = catalog.identify(PhoneRequest(protocol: transport, path: trigger, userAgent: agent))
        return BootPlan(
            plugin: plugin, model: model, version: model.version, firstAddress: first, numberBits: bits, transport: transport, userAgent: userAgent,
            sipUserAgent: sipAgent.map { AddressedText($0, of: mac) }, vendorClass: vendorClass.map { AddressedText($0, of: mac) },
            steps: named + [BootPlan.Step(path: AddressedText(trigger, of: mac), isNeeded: true)], anonymousRequests: all.count - named.count,
            showsModel: shown.model == model.name)
    }

    /// The text by which provd learns most of the phone; of equal ones the model's own, and of those one that names the phone.
    private func bestText(_ samples: SampleTexts, _ model: PhoneModel, _ mac: MACAddress, _ request: (String) -> PhoneRequest) -> String? {
        var best: (text: String, rank: Int)?
        for (text, isOwn) in samples.texts(model: model, version: model.version, mac: mac) {
            let score = Score.of(catalog.identify(request(text)), plugin, model, mac)
            let rank = score * 4 + (isOwn ? 2 : 0) + (AddressedText(text, of: mac).namesPhone ? 1 : 0)
            guard score > 0, best.map({ rank > $0.rank }) ?? true else { continue }
            best = (text, rank)
            if rank == Score.whole * 4 + 3 { break }
        }
        return best?.text
    }

    private func score(_ plan: BootPlan, _ mac: MACAddress) -> Int {
        guard let trigger = plan.steps.last else { return 0 }
        let request = PhoneRequest(protocol: plan.transport, path: trigger.path.text(for: mac), userAgent: plan.userAgent?.text(for: mac))
        let pathAlone = PhoneRequest(protocol: plan.transport, path: trigger.path.text(for: mac))
        // The path says by itself whose it is: nobody else can take it for theirs.
        return Score.of(catalog.identify(request), plugin, plan.model, mac)
            + (Score.of(catalog.identify(pathAlone), plugin, plan.model, mac) & Score.vendor != 0 ? Score.path : 0)
    }

    /// How much of a phone was recognised. Another vendor or model than the phone's own is worse than nothing.
    private enum Score {
        static let vendor = 2
        static let path = 16
        /// More than all else: phones whose requests do not tell one from the other cannot be played from one address.
        static let mac = 32
        static let whole = 1 + vendor + 8 + mac

        static func of(_ found: Identification, _ plugin: Plugin, _ model: PhoneModel, _ address: MACAddress) -> Int {
            if let vendor = found.vendor, vendor != plugin.manifest.vendor { return 0 }
            if let shown = found.model, shown != model.name { return 0 }
            if let shown = found.mac, shown != address { return 0 }
            return (found.model != nil ? 8 : 0) + (found.mac != nil ? mac : 0) + (found.vendor != nil ? vendor : 0)
                + (found.version == model.version || model.version == nil ? 1 : 0)
        }
    }
}
