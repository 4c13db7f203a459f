// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import PhonePlugins
import ProvModel

extension DHCPSightings {
    /// Takes a lease in that an administrator's program reports. Its device is made known if it is not, also when
    /// nothing tells who made it, and its address is bound.
    ///
    /// - Throws: `StoreError` if it could not be kept.
    public func take(_ lease: DHCPLease) async throws {
        let found = appliance.plugins.catalog.identify(
            PhoneRequest(
                protocol: .dhcp, vendorClass: lease.vendorClass, userClass: lease.userClass, hostname: lease.hostname, mac: lease.mac))
        var identity = found.identity
        identity.mac = lease.mac
        let sighting = Sighting(
            source: .dhcp, trust: .decided, identity: identity, ip: .v4(lease.ip),
            basis: found.basis + ["a lease that was reported over the API"])
        guard let device = try await registry.sight(sighting) else { return }
        try await registry.bind(lease.mac, to: .v4(lease.ip), source: .dhcp)
        var details: JSONObject = ["type": "ack", "observer": "api", "ip": .string(lease.ip.description)]
        details["vendor_class"] = lease.vendorClass.map(JSONValue.string)
        details["hostname"] = lease.hostname.map(JSONValue.string)
        await appliance.journal.note(
            TimelineEvent(
                device: device.id, mac: lease.mac, time: appliance.now(), step: .dhcp,
                text: "has \(lease.ip), as was reported over the API", details: details))
    }
}
