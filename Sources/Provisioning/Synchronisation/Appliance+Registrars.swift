// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import ProvModel

extension Appliance {
    /// Where a device's lines register, if provd does not see them do so: at a PBX that does not tell it.
    ///
    /// - Returns: The PBX's host; `nil` if provd sees any of its lines register.
    func unseenRegistrar(of device: Device) async throws -> String? {
        guard let config = device.config,
            let rawConfig = try await ConfigTree(root: config, in: store).flattened(config, base: settings.baseRawConfig),
            let lines = rawConfig["sip_lines"]?.object
        else { return nil }
        let hosts = lines.map { _, line in (line.object?["registrar_ip"] ?? rawConfig["sip_registrar_ip"])?.string }
        guard !hosts.contains(where: { $0.map(settings.seenRegistrars.contains) ?? false }) else { return nil }
        return hosts.lazy.compactMap { $0 }.first
    }
}
