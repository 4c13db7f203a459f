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
        // Several plugins of one family have the same pattern: which of them serves the device is said with the choice.
        return reasons.map { $0.match.resemblance }.filter { seen.insert($0).inserted }
    }
}
