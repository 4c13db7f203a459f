// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import Logging
public import NetTypes
import PhonePlugins
public import ProvModel
import Synchronization

/// Finds or makes the device that a sighting is about, and keeps it up to date.
///
/// This is the one way in: every protocol brings its evidence here as a `Sighting`.
public struct DeviceRegistry: Sendable {
    private let appliance: Appliance
    private let tenant: TenantID
    private let creations: CreationGate

    /// The limit on new devices, shared by all copies of a registry.
    private final class CreationGate: Sendable {
        private let limit = Mutex(CreationLimit())
        func take(now: Double) -> Bool { limit.withLock { $0.take(now: now) } }
    }

    /// Makes a registry that gives new devices to a tenant.
    public init(_ appliance: Appliance, tenant: TenantID) {
        self.appliance = appliance
        self.tenant = tenant
        creations = CreationGate()
    }

    /// Takes a sighting in.
    ///
    /// A device is made when the sighting tells a phone apart (its hardware address, serial number or UUID) and its
    /// vendor is recognised, or when an administrator brings it. Finding and making is one transaction: two first
    /// requests at once make one device.
    ///
    /// - Returns: The device as it is now, or `nil` if the sighting is about none.
    /// - Throws: `StoreError` if the database cannot be used.
    public func sight(_ sighting: Sighting) async throws -> Device? {
        note(sighting, try await device(of: sighting))
    }

    /// Takes in a sighting that may have come before the word of its sender's lease: where nothing but the address can tell whose
    /// it is, that is waited for.
    ///
    /// - Parameter waited: Is told for how long.
    /// - Returns: As ``sight(_:)``.
    /// - Throws: `StoreError` if the database cannot be used.
    func sightEarly(_ sighting: Sighting, waited: inout Duration) async throws -> Device? {
        if let device = try await device(of: sighting) { return note(sighting, device) }
        // Leases are IPv4's, and of several phones behind one address no word tells which of them asks.
        guard let ip = sighting.ip, case .v4 = ip, !ip.isLoopback, sighting.identifyingKeys.isEmpty,
            try await appliance.store.devices(where: .ip(ip)).count < 2
        else { return note(sighting, nil) }
        return note(sighting, try await appliance.leaseNews.find(at: ip, waited: &waited) { try await device(of: sighting) })
    }

    private func note(_ sighting: Sighting, _ device: Device?) -> Device? {
        appliance.sightings.note(sighting, device: device?.id, now: appliance.now())
        return device
    }

    private func device(of sighting: Sighting) async throws -> Device? {
        let sighting = try await withoutForgeries(sighting)
        let known = try await find(sighting)
        if let known, !known.opens(to: sighting) { return known }
        if let known, try await isSettled(known, sighting) { return known }
        do {
            return try await update(sighting)
        } catch let error as StoreError {
            guard let known else { throw error }
            // What is new of it can wait until the database can be written again; its files cannot.
            appliance.logger.error("a device could not be brought up to date", metadata: ["device": "\(known.id)", "reason": "\(error)"])
            return known
        }
    }

    /// Makes the device that a sighting is about, or brings it up to date.
    private func update(_ sighting: Sighting) async throws -> Device? {
        let now = appliance.now()
        let catalog = appliance.plugins.catalog
        let hasKey = try await hasKeyIfNeeded(sighting)
        let mayCreate = hasKey && sighting.isEnoughForNewDevice
        let appliance = appliance, tenant = tenant, creations = creations
        let result = try await appliance.store.transaction { transaction -> (device: Device, events: [TimelineEvent])? in
            let found = try Self.find(sighting, in: transaction)
            if let found, !found.opens(to: sighting) { return (found, []) }
            if found == nil {
                guard mayCreate else { return nil }
                guard creations.take(now: now) else {
                    appliance.securityLog.warning("Too many new devices: one was not created", metadata: sighting.logMetadata)
                    return nil
                }
            }
            let before = found ?? DeviceUpdate.newDevice(sighting, id: DeviceID(stored: Secrets.identifier()), tenant: tenant)
            var device = DeviceUpdate.apply(sighting, to: before)
            var events: [TimelineEvent] = []
            if found == nil {
                try transaction.save(device)
                events.append(.recognised(device, sighting, now: now))
                appliance.securityLog.notice(
                    "New device created automatically from \(sighting.ip?.description ?? "DHCP"): \(device.id)")
            } else if device.version != before.version || device.model != before.model || device.vendor != before.vendor {
                events.append(.learned(device, before: before, sighting, now: now))
            }
            let best = appliance.recognition.bestSupport(for: device, with: catalog)
            try Self.associate(&device, best, now: now, in: transaction, events: &events)
            try Self.giveConfig(&device, in: transaction)
            device.isConfigured = try Self.canBeServed(device, catalog, in: transaction)
            if device != found { try transaction.save(device) }
            if let ip = sighting.ip, ip != found?.ip, try !ApplianceParameters.isBehindNAT(in: transaction) {
                // One address is one device's, but behind NAT. Another that had it has it no longer.
                for var other in try transaction.devices(where: .ip(ip)) where other.id != device.id {
                    other.ip = nil
                    try transaction.save(other)
                }
            }
            return (device, events)
        }
        guard let result else { return nil }
        for event in result.events { await appliance.journal.note(event) }
        return result.device
    }

    /// Whether a device may be made of a request as far as keys go: where the appliance demands one, nothing is made of what comes without.
    private func hasKeyIfNeeded(_ sighting: Sighting) async throws(StoreError) -> Bool {
        guard sighting.tenant == nil, [.http, .tftp].contains(sighting.source) else { return true }
        return try await appliance.accessRules(of: tenant).access != .key
    }

    /// Binds a hardware address to an address, as DHCP shows it.
    public func bind(_ mac: MACAddress, to ip: IPAddress, source: AddressBinding.Source) async throws {
        let known = try await appliance.store.binding(of: mac)
        if known?.ip != ip || known?.source != source {
            let binding = AddressBinding(mac: mac, ip: ip, source: source, time: appliance.now())
            try await appliance.store.transaction { try $0.save(binding) }
        }
        // Whoever waits for this is served by the binding.
        appliance.leaseNews.told(of: ip)
    }
}

// MARK: - Finding

extension DeviceRegistry {
    private func find(_ sighting: Sighting) async throws(StoreError) -> Device? {
        for key in sighting.identifyingKeys {
            if let device = try await appliance.store.devices(where: key).first { return device }
        }
        guard let ip = sighting.ip else { return nil }
        return DeviceUpdate.match(byAddress: try await appliance.store.devices(where: .ip(ip)), sighting)
    }

    private static func find(_ sighting: Sighting, in transaction: any StoreTransaction) throws -> Device? {
        for key in sighting.identifyingKeys {
            if let device = try transaction.devices(where: key).first { return device }
        }
        guard let ip = sighting.ip else { return nil }
        return DeviceUpdate.match(byAddress: try transaction.devices(where: .ip(ip)), sighting)
    }

    /// A request from another address than the one that evidence binds to its hardware address may be forged. It is
    /// answered by the access policy, but it must not move the device in our books.
    private func withoutForgeries(_ sighting: Sighting) async throws(StoreError) -> Sighting {
        guard sighting.trust == .claimed, let ip = sighting.ip, let mac = try await hardwareAddress(of: sighting),
            let binding = try await appliance.store.binding(of: mac), binding.ip != ip
        else { return sighting }
        var doubtful = sighting
        doubtful.ip = nil
        doubtful.identity.version = nil
        // A key is no reason to move a phone to another tenant, if the phone is elsewhere.
        doubtful.tenant = nil
        return doubtful
    }

    /// The hardware address that a sighting names, or that of the device which it names by its serial number or UUID.
    private func hardwareAddress(of sighting: Sighting) async throws(StoreError) -> MACAddress? {
        if let mac = sighting.identity.mac { return mac }
        for key in sighting.identifyingKeys {
            if let device = try await appliance.store.devices(where: key).first { return device.mac }
        }
        return nil
    }
}

// MARK: - Choosing the plugin and the config

extension DeviceRegistry {
    /// Whether the sighting changes nothing, which is the case for nearly every request.
    private func isSettled(_ device: Device, _ sighting: Sighting) async throws(StoreError) -> Bool {
        guard DeviceUpdate.apply(sighting, to: device) == device, device.has("plugin"), device.has("config"), device.isConfigured
        else { return false }
        guard let best = appliance.recognition.bestSupport(for: device, with: appliance.plugins.catalog), best.plugin.text != device.plugin
        else { return true }
        guard let association = try await appliance.store.association(of: device.id) else { return true }
        return association.plugin != device.plugin || best.level.value <= association.level
    }

    /// Chooses the plugin that supports the device best. A choice that provd made is made anew when something better
    /// becomes known of the device; one that an administrator made stays.
    private static func associate(
        _ device: inout Device, _ best: SupportClaim?, now: Double, in transaction: any StoreTransaction,
        events: inout [TimelineEvent]
    ) throws {
        guard let best else { return }
        if device.has("plugin") {
            guard let association = try transaction.association(of: device.id), association.plugin == device.plugin,
                best.level.value > association.level
            else { return }
        }
        let isNew = device.plugin != best.plugin.text
        device.plugin = best.plugin.text
        try transaction.save(
            PluginAssociation(device: device.id, plugin: best.plugin.text, level: best.level.value, reason: best.why))
        if isNew { events.append(.associated(device, best, now: now)) }
    }

    private static func giveConfig(_ device: inout Device, in transaction: any StoreTransaction) throws {
        guard !device.has("config") else { return }
        if let config = try AutoprovConfig.create(for: device.id, in: transaction) { device.config = config.id }
    }

    /// Whether the device's files can be rendered: its plugin is loaded and its config exists.
    static func canBeServed(_ device: Device, _ catalog: PluginCatalog, in transaction: any StoreTransaction) throws -> Bool {
        guard let plugin = device.plugin, catalog[plugin] != nil, let config = device.config else { return false }
        return try transaction.config(config) != nil
    }
}

extension Sighting {
    /// The members that name one device, the surest first.
    fileprivate var identifyingKeys: [DeviceKey] {
        [identity.mac.map(DeviceKey.mac), identity.serialNumber.map(DeviceKey.serialNumber), identity.uuid.map(DeviceKey.uuid)]
            .compactMap(\.self)
    }

    fileprivate var isEnoughForNewDevice: Bool {
        guard !identifyingKeys.isEmpty else { return false }
        // What an administrator says is not doubted, be the address ever so odd.
        return trust == .decided || identity.vendor != nil && identity.mac?.isMulticast != true
    }

    fileprivate var logMetadata: Logger.Metadata {
        ["mac": "\(identity.mac?.description ?? "-")", "ip": "\(ip?.description ?? "-")", "source": "\(source.rawValue)"]
    }
}
