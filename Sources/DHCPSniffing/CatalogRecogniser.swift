// SPDX-License-Identifier: GPL-3.0-or-later

public import DHCPConfig
public import ProvModel
import Synchronization

/// Recognises phones by the vendor definitions.
public final class CatalogRecogniser: DHCPRecogniser {
    /// Clients whose judgement is remembered: a phone sends two messages within seconds, and the same again at each
    /// renewal. When as many are known, all are forgotten, which costs no more than judging them again.
    static let rememberedClients = 4096

    private let catalog: VendorCatalog
    private let judged = Mutex<[DHCPClient: DHCPObservation.Recognition?]>([:])

    public let wishes: [String: ProvisioningWishes]

    /// Makes a recogniser of definitions.
    public init(_ catalog: VendorCatalog) {
        self.catalog = catalog
        wishes = Dictionary(catalog.families.map { ($0.id, ProvisioningWishes($0)) }) { first, _ in first }
    }

    public func recognise(_ client: DHCPClient) -> DHCPObservation.Recognition? {
        if let known = judged.withLock({ $0[client] }) { return known }
        let evidence = DHCPEvidence(
            vendorClassOctets: client.vendorClass, userClassOctets: client.userClass, hostname: client.hostname, mac: client.mac)
        let recognition = catalog.recognise(evidence).map {
            DHCPObservation.Recognition(vendor: $0.vendor, model: $0.model, version: $0.version, family: $0.family.id, basis: $0.basis)
        }
        judged.withLock {
            if $0.count >= Self.rememberedClients { $0.removeAll(keepingCapacity: true) }
            $0.updateValue(recognition, forKey: client)
        }
        return recognition
    }
}
