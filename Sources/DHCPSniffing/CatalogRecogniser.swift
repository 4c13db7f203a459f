// SPDX-License-Identifier: GPL-3.0-or-later

public import DHCPConfig
import DHCPWire
public import NetTypes
public import ProvModel
import Synchronization

/// Recognises phones by the vendor definitions.
///
/// Phones of one make say the same of themselves but for their address and often their name. So a judgement is remembered by
/// what decides it: the texts, and how much of the address the definitions know.
public final class CatalogRecogniser: DHCPRecogniser {
    /// Judgements that are remembered. When as many are known, all are forgotten, which costs no more than judging them again.
    static let rememberedJudgements = 4096

    private struct Evidence: Hashable {
        var vendorClass: ArraySlice<UInt8>?
        var userClass: ArraySlice<UInt8>?
        var hostname: ArraySlice<UInt8>?
        var vendorData: [VendorDatum] = []
        var hardware: MACAddress

        func hash(into hasher: inout Hasher) {
            // At once, not octet by octet. What is not there and what is empty may have one hash.
            unsafe vendorClass?.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
            unsafe userClass?.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
            unsafe hostname?.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
            if !vendorData.isEmpty { hasher.combine(vendorData) }
            hasher.combine(hardware.bits)
        }
    }

    private let catalog: VendorCatalog
    private let prefixes: HardwarePrefixes
    private let judged = Mutex<[Evidence: DHCPObservation.Recognition?]>([:])

    public let wishes: [String: ProvisioningWishes]

    /// Makes a recogniser of definitions.
    public init(_ catalog: VendorCatalog) {
        self.catalog = catalog
        var prefixes: [MACPrefix] = []
        for case .hardware(let some) in catalog.families.lazy.flatMap(\.rules).map(\.evidence) { prefixes += some }
        self.prefixes = HardwarePrefixes(prefixes)
        wishes = Dictionary(catalog.families.map { ($0.id, ProvisioningWishes($0)) }) { first, _ in first }
    }

    public func recognise(_ client: DHCPClient) -> DHCPObservation.Recognition? {
        var evidence = Evidence(
            vendorClass: client.vendorClass, userClass: client.userClass, hostname: client.hostname,
            hardware: prefixes.known(of: client.mac))
        // A name that means nothing is of one phone only, and so are serial numbers.
        if let name = client.hostname, !catalog.knows(hostname: name) { evidence.hostname = nil }
        if !client.vendorData.isEmpty { evidence.vendorData = client.vendorData.filter(catalog.knows) }
        if let known = judged.withLock({ $0[evidence] }) { return known }

        var known = DHCPEvidence(
            vendorClassOctets: client.vendorClass.map(Array.init), userClassOctets: client.userClass.map(Array.init),
            hostname: evidence.hostname.map { String(decoding: $0, as: UTF8.self) }, mac: client.mac)
        known.vendorData = evidence.vendorData
        let recognition = catalog.recognise(known).map {
            DHCPObservation.Recognition(vendor: $0.vendor, model: $0.model, version: $0.version, family: $0.family.id, basis: $0.basis)
        }
        // Copies, because the slices hold the memory of a batch of frames.
        evidence.vendorClass = evidence.vendorClass.map { ArraySlice(Array($0)) }
        evidence.userClass = evidence.userClass.map { ArraySlice(Array($0)) }
        evidence.hostname = evidence.hostname.map { ArraySlice(Array($0)) }
        judged.withLock {
            if $0.count >= Self.rememberedJudgements { $0.removeAll(keepingCapacity: true) }
            $0.updateValue(recognition, forKey: evidence)
        }
        return recognition
    }

    public func tells(_ datum: VendorDatum) -> Bool { catalog.knows(datum) }

    public func tellingOctets(of address: MACAddress) -> Int { prefixes.length(of: address) }
}

/// The beginnings of hardware addresses that the definitions name.
struct HardwarePrefixes {
    private struct Prefix {
        let bits: UInt64
        let mask: UInt64
    }

    /// The prefixes by their first three octets, which each has, the longest first.
    private var byMaker: [UInt64: [Prefix]] = [:]

    init(_ prefixes: [MACPrefix]) {
        for prefix in prefixes {
            let unknown = UInt64(8 * (6 - min(prefix.octets.count, 6)))
            let bits = prefix.octets.reduce(0) { $0 << 8 | UInt64($1) } << unknown
            byMaker[bits >> 24, default: []].append(Prefix(bits: bits, mask: ~0 << unknown))
        }
        for maker in Array(byMaker.keys) { byMaker[maker]?.sort { $0.mask > $1.mask } }
    }

    /// How many octets the longest known prefix of an address has; three if none is known.
    func length(of address: MACAddress) -> Int {
        let prefix = byMaker[address.bits >> 24]?.first { address.bits & $0.mask == $0.bits }
        return prefix.map { 6 - $0.mask.trailingZeroBitCount / 8 } ?? 3
    }

    /// As much of an address as the longest prefix of it has, with zeros after; all zeros if none is known.
    func known(of address: MACAddress) -> MACAddress {
        let prefix = byMaker[address.bits >> 24]?.first { address.bits & $0.mask == $0.bits }
        return MACAddress(bits: prefix?.bits ?? 0)
    }
}
