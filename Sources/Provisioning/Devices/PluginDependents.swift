// SPDX-License-Identifier: GPL-3.0-or-later

public import PhonePlugins
import ProvModel

/// The devices of a plugin that came or went.
///
/// They keep the plugin's name: who was given a plugin, by a match or by an administrator, gets no other because it was
/// uninstalled, and is served again once it is back. Devices without a plugin get one at their next request, as ever.
public struct PluginDependents: Sendable {
    /// How many devices one transaction changes: phones that want to write in the meantime do not wait longer.
    private static let batch = 250

    private let appliance: Appliance

    /// Makes the use case.
    public init(_ appliance: Appliance) { self.appliance = appliance }

    /// How many devices have a plugin.
    public func count(of id: PluginID) async throws -> Int { try await appliance.store.devices(where: .plugin(id.text)).count }

    /// How many devices of a plugin have each model; `nil` stands for those whose model is not known.
    public func models(of id: PluginID) async throws -> [String?: Int] {
        try await appliance.store.devices(where: .plugin(id.text)).reduce(into: [:]) { $0[$1.model, default: 0] += 1 }
    }

    /// Finds out anew which devices of a plugin can be served.
    public func settle(_ id: PluginID) async throws {
        var rest = try await appliance.store.devices(where: .plugin(id.text)).map(\.id)[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(Self.batch))
            rest = rest.dropFirst(batch.count)
            try await appliance.store.transaction { [appliance] transaction in
                let catalog = appliance.plugins.catalog
                for id in batch {
                    guard var device = try transaction.device(id) else { continue }
                    let canBeServed = try DeviceRegistry.canBeServed(device, catalog, in: transaction)
                    guard device.isConfigured != canBeServed else { continue }
                    device.isConfigured = canBeServed
                    try transaction.save(device)
                }
            }
        }
    }
}
