// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import ProvModel
import Synchronization

/// The documents that were read lately.
///
/// Each commit forgets what it changed and begins a new generation. A reader that missed takes the generation
/// before it asks the database; what it brings is kept only if no commit came between, so that an old document can
/// never overwrite the knowledge that it is old.
final class DocumentCache: Sendable {
    /// The most documents of one kind that are held, some 20 MB of devices. When it is reached all are dropped:
    /// that costs one read each and happens at most once in as many reads.
    private static let capacity = 20_000

    private struct State {
        var generation: UInt64 = 0
        var devices: [DeviceID: Device] = [:]
        var devicesByMAC: [MACAddress: [Device]] = [:]
        var configs: [ConfigID: Config] = [:]
        var bindings: [MACAddress: AddressBinding] = [:]
        var tenants: TenantTree?
        var tokens: [[UInt8]: APIToken] = [:]
        var provisioningKeys: [String: TenantID]?
        /// Lines and autoprov accounts by SIP user name; `nil` for a name that is known to be none.
        var lines: [String: Line?] = [:]
        var accounts: [String: AutoprovAccount?] = [:]
    }

    private let state = Mutex(State())

    var generation: UInt64 { state.withLock { $0.generation } }

    func device(_ id: DeviceID) -> Device? { state.withLock { $0.devices[id] } }
    func devices(_ mac: MACAddress) -> [Device]? { state.withLock { $0.devicesByMAC[mac] } }
    func config(_ id: ConfigID) -> Config? { state.withLock { $0.configs[id] } }
    func binding(_ mac: MACAddress) -> AddressBinding? { state.withLock { $0.bindings[mac] } }

    var tenants: TenantTree? { state.withLock { $0.tenants } }
    /// Whose each provisioning key is.
    var provisioningKeys: [String: TenantID]? { state.withLock { $0.provisioningKeys } }
    func token(_ digest: [UInt8]) -> APIToken? { state.withLock { $0.tokens[digest] } }

    /// The line with a SIP user name; the inner `nil` says that there is none.
    func line(username: String) -> Line?? { state.withLock { $0.lines[username] } }
    /// The autoprov account with a SIP user name; the inner `nil` says that there is none.
    func account(username: String) -> AutoprovAccount?? { state.withLock { $0.accounts[username] } }

    func keep(_ tenants: TenantTree, generation: UInt64) { update(generation) { $0.tenants = tenants } }
    func keep(provisioningKeys: [String: TenantID], generation: UInt64) { update(generation) { $0.provisioningKeys = provisioningKeys } }
    func keep(_ token: APIToken, generation: UInt64) {
        update(generation) { Self.keep(token, as: token.digest, in: &$0.tokens) }
    }
    func keep(_ device: Device, generation: UInt64) {
        update(generation) { Self.keep(device, as: device.id, in: &$0.devices) }
    }
    func keep(_ config: Config, generation: UInt64) {
        update(generation) { Self.keep(config, as: config.id, in: &$0.configs) }
    }
    func keep(_ binding: AddressBinding, generation: UInt64) {
        update(generation) { Self.keep(binding, as: binding.mac, in: &$0.bindings) }
    }
    func keep(_ devices: [Device], of mac: MACAddress, generation: UInt64) {
        update(generation) { Self.keep(devices, as: mac, in: &$0.devicesByMAC) }
    }

    func keep(_ line: Line?, of username: String, generation: UInt64) {
        update(generation) { Self.keep(line, as: username, in: &$0.lines) }
    }
    func keep(_ account: AutoprovAccount?, of username: String, generation: UInt64) {
        update(generation) { Self.keep(account, as: username, in: &$0.accounts) }
    }

    private func update(_ generation: UInt64, _ body: (inout State) -> Void) {
        state.withLock { state in
            if state.generation == generation { body(&state) }
        }
    }

    private static func keep<Key, Value>(_ value: Value, as key: Key, in table: inout [Key: Value]) {
        if table.count >= capacity { table.removeAll() }
        table[key] = value
    }

    func forget(_ changes: DocumentChanges) {
        state.withLock { state in
            state.generation &+= 1
            for id in changes.devices { state.devices[id] = nil }
            for id in changes.configs { state.configs[id] = nil }
            for username in changes.usernames {
                state.lines[username] = nil
                state.accounts[username] = nil
            }
            if changes.access {
                state.tenants = nil
                state.tokens = [:]
                state.provisioningKeys = nil
            }
            for mac in changes.macs {
                state.devicesByMAC[mac] = nil
                state.bindings[mac] = nil
            }
        }
    }
}
