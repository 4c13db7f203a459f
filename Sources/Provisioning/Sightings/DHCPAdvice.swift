// SPDX-License-Identifier: GPL-3.0-or-later

public import DHCPConfig
public import JSONText
import NetTypes
import ProvModel

/// Says what to add to a DHCP server so that phones of a family find this appliance.
public struct DHCPAdvice: Sendable {
    /// The DHCP servers for which lines are given: those that are configured by text.
    private static let platforms: [ServerPlatform] = [.dnsmasq, .isc, .kea]

    private let catalog: VendorCatalog
    private let location: DHCPPlan.ProvdLocation?

    /// Makes advice from vendor definitions.
    ///
    /// - Parameter settings: Where phones reach this appliance. Without an IPv4 address there are no lines to give.
    public init(_ catalog: VendorCatalog, settings: ProvisioningSettings) {
        self.catalog = catalog
        location = IPv4Address(settings.advertisedHost).map {
            DHCPPlan.ProvdLocation(address: $0, httpURL: settings.baseURL(host: "\($0)"))
        }
    }

    /// Who the definitions take a client for by what is known of it, as the sniffer would say.
    ///
    /// A hook does not know the definitions. What Kea's knows of a phone is often no more than its address.
    func recognition(of observation: DHCPObservation) -> DHCPObservation.Recognition? {
        let evidence = DHCPEvidence(
            vendorClass: observation.vendorClass, userClass: observation.userClass, hostname: observation.hostname, mac: observation.mac)
        return catalog.recognise(evidence).map {
            DHCPObservation.Recognition(vendor: $0.vendor, model: $0.model, version: $0.version, family: $0.family.id, basis: $0.basis)
        }
    }

    /// The families that the definitions know, in their order.
    public var families: [PhoneFamily] { catalog.families }

    /// What phones of the family must be sent, in words such as `option 66 (TFTP server name) “http://10.0.0.1:8667”`.
    public func values(for family: String) -> [String] {
        guard let plan = plan(for: family) else { return [] }
        return plan.classes.flatMap { $0.items(in: "") }.map { "\($0.place.title) \($0.value.meaning)" }
    }

    /// The lines to paste into the configuration of each kind of server, by its name.
    public func lines(for family: String) -> JSONObject {
        guard let plan = plan(for: family) else { return [:] }
        let options = GeneratorOptions(isFragment: true)
        return JSONObject(Self.platforms.map { ($0.rawValue, .string($0.generate(plan, options).text)) })
    }

    /// The family of a phone that names its hardware address and maybe its manufacturer.
    ///
    /// - Returns: `nil` if neither is known, or if they contradict each other.
    func family(mac: MACAddress, vendor: String?) -> PhoneFamily? {
        let byAddress = catalog.recognise(DHCPEvidence(mac: mac))?.family
        guard let vendor else { return byAddress }
        let name = vendor.lowercased()
        guard let byAddress else { return catalog.families.first { $0.vendor.lowercased() == name } }
        return byAddress.vendor.lowercased() == name ? byAddress : nil
    }

    /// The URL by which phones of the family find this appliance.
    func url(for family: String) -> String? {
        guard let plan = plan(for: family), let location else { return nil }
        for item in plan.classes.flatMap({ $0.items(in: "") }) {
            guard case .text(let text) = item.value.form, ["http://", "https://", "tftp://"].contains(where: { text.hasPrefix($0) }) else { continue }
            return text
        }
        return location.httpURL
    }

    private func plan(for family: String) -> DHCPPlan? {
        guard let location, let family = catalog.family(family) else { return nil }
        // A family whose values cannot be made for this appliance gets no lines; dhcpd-config says why.
        return try? DHCPPlan.addition(for: family, provd: location, catalog: catalog)
    }
}
