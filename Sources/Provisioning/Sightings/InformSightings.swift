// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes
import JSONText
import ProvModel

/// Notes the phones whose DHCPINFORM was answered.
public struct InformSightings: Sendable {
    private let appliance: Appliance
    private let registry: DeviceRegistry

    /// Makes the use case.
    public init(_ appliance: Appliance, registry: DeviceRegistry) {
        self.appliance = appliance
        self.registry = registry
    }

    /// A phone was told where to go.
    ///
    /// It counts as its own claim: unlike a frame that was seen, a datagram can come from anywhere.
    ///
    /// - Throws: `StoreError` if the database cannot be used.
    public func answered(
        _ mac: MACAddress, vendor: String, model: String?, version: String?, at address: IPv4Address, basis: String
    ) async throws {
        let identity = Sighting.Identity(mac: mac, vendor: vendor, model: model, version: version)
        let sighting = Sighting(source: .dhcp, trust: .claimed, identity: identity, ip: .v4(address), basis: [basis])
        guard let device = try await registry.sight(sighting) else { return }
        await appliance.journal.note(
            TimelineEvent(
                device: device.id, mac: mac, time: appliance.now(), step: .dhcp,
                text: "has \(address), asked by DHCPINFORM where to go, and was told", details: ["type": "inform", "ip": .string(address.description)]))
    }
}
