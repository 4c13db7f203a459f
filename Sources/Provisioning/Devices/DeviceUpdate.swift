// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import ProvModel

/// What a sighting changes in a device document.
///
/// What is missing is added. What is known is not corrected, because a request can be forged and an administrator
/// may have written it; only the address and the firmware version follow the device.
enum DeviceUpdate {
    /// The device after the sighting; equal to the device if the sighting says nothing new.
    static func apply(_ sighting: Sighting, to device: Device) -> Device {
        var updated = device
        let identity = sighting.identity
        if !device.has("mac"), let mac = identity.mac { updated.mac = mac }
        if !device.has("sn"), let serialNumber = identity.serialNumber { updated.serialNumber = serialNumber }
        if !device.has("uuid"), let uuid = identity.uuid { updated.uuid = uuid }
        if !device.has("vendor"), let vendor = identity.vendor { updated.vendor = vendor }
        if !device.has("model"), let model = identity.model { updated.model = model }
        if let version = identity.version, version != device.version { updated.version = version }
        if let ip = sighting.ip {
            if ip != device.ip { updated.ip = ip }
            // It is there: what was a client's word is now known.
            if device.isAddressClaimed { updated.isAddressClaimed = false }
        }
        if let tenant = sighting.tenant, device.isUnclaimed, tenant != device.tenant {
            updated.tenant = tenant
            updated.document["is_new"] = false
        }
        return updated
    }

    /// A new device made of all that the sighting says.
    static func newDevice(_ sighting: Sighting, id: DeviceID, tenant: TenantID) -> Device {
        var device = Device(id: id, document: ["added": "auto"])
        device.tenant = sighting.tenant ?? tenant
        device.document["is_new"] = .bool(device.tenant == tenant)
        device.isConfigured = false
        return apply(sighting, to: device)
    }

    /// Of the devices that have the sighting's address, the one that the sighting can be about.
    ///
    /// Devices that differ in what both sides know are left out. If more than one is left the address says nothing.
    static func match(byAddress candidates: [Device], _ sighting: Sighting) -> Device? {
        let fitting = candidates.filter { device in
            !differ(device.mac, sighting.identity.mac) && !differ(device.vendor, sighting.identity.vendor)
                && !differ(device.model, sighting.identity.model)
        }
        return fitting.count == 1 ? fitting.first : nil
    }

    private static func differ<Value: Equatable>(_ left: Value?, _ right: Value?) -> Bool {
        guard let left, let right else { return false }
        return left != right
    }
}

extension Device {
    /// Whether the device waits in the appliance's own tenant for the one that claims it.
    var isUnclaimed: Bool { document["is_new"]?.bool ?? false }

    /// Whether a sighting can be about the device as far as tenants go: who shows the key of another changes nothing of it.
    func opens(to sighting: Sighting) -> Bool { sighting.tenant == nil || sighting.tenant == tenant || isUnclaimed }
}
