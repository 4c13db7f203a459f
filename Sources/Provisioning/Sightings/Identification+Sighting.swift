// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import PhonePlugins
import ProvModel

extension Identification {
    /// What the plugins make of a request, as a sighting says it.
    var identity: Sighting.Identity {
        Sighting.Identity(mac: mac, serialNumber: serial, uuid: uuid, vendor: vendor, model: model, version: version)
    }

    /// Why, one sentence for each pattern that counted, the most telling first.
    var basis: [String] {
        var seen: Set<String> = []
        return reasons.map(\.match.basis).filter { seen.insert($0).inserted }
    }
}

extension PluginCatalog {
    /// The plugin that serves a device best, if any is good enough to be chosen without being told.
    func bestSupport(for device: Device) -> SupportClaim? {
        support(vendor: device.vendor, model: device.model, version: device.version).first { $0.level.associates }
    }
}
