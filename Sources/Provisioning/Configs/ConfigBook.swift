// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText
public import ProvModel

/// The config documents as administrators and their programs see and change them.
public struct ConfigBook: Sendable {
    private let appliance: Appliance

    /// Makes the use case.
    public init(_ appliance: Appliance) { self.appliance = appliance }

    /// What became of a request to delete a config.
    public enum Deletion: Sendable {
        case deleted, notFound, notDeletable
    }

    /// A part of the configs, oldest first.
    public func page(after position: Int64?, limit: Int) async throws -> Page<Config> {
        try await appliance.store.configs(after: position, limit: limit)
    }

    /// The config with a key, or `nil`.
    public func config(_ id: ConfigID) async throws -> Config? { try await appliance.store.config(id) }

    /// The effective parameters of a config, or `nil` if there is no such config.
    public func effectiveRawConfig(_ id: ConfigID) async throws -> JSONObject? {
        try await ConfigTree(root: id, in: appliance.store).flattened(id, base: appliance.settings.baseRawConfig)
    }

    /// Adds a config of a client's document.
    ///
    /// - Throws: `DocumentError` if the document is wrong or the key is taken, else `StoreError`.
    public func create(_ document: JSONObject) async throws -> ConfigID {
        let id: ConfigID
        switch document["id"] {
        case nil: id = ConfigID(stored: Secrets.identifier())
        case .string(let text)?:
            guard let checked = ConfigID(text) else {
                throw DocumentError("id", "an id has 1 to 128 letters, digits, “-”, “_” and “.”, and does not begin with a dot")
            }
            id = checked
        default: throw DocumentError("id", "an id is a text")
        }
        let config = try ConfigDocument.check(document, id: id, isZone: isZone)
        try await appliance.store.transaction { [appliance] transaction in
            guard try transaction.config(id) == nil else { throw DocumentError("id", id.description) }
            try transaction.save(config)
            try Self.settleDevices(on: id, appliance, in: transaction)
        }
        return id
    }

    /// Makes a config for a device without a line, of the config whose role is `autocreate`. The device that is put on it
    /// is given an account of its own.
    ///
    /// - Throws: `DocumentError` if there is no such config or it has no line 1, else `StoreError`.
    public func autocreate() async throws -> ConfigID {
        try await appliance.store.transaction { transaction in
            guard let config = try AutoprovConfig.createForAnyDevice(in: transaction) else {
                throw DocumentError("role", "no config has the role autocreate and a line 1 in its sip_lines: add one")
            }
            return config.id
        }
    }

    /// Replaces a config. It takes one write, whatever the number of devices on it: their files are rendered when asked for.
    ///
    /// - Returns: Whether there is such a config.
    /// - Throws: `DocumentError` if the document is wrong, else `StoreError`.
    public func replace(_ id: ConfigID, with document: JSONObject) async throws -> Bool {
        let config = try ConfigDocument.check(document, id: id, isZone: isZone)
        return try await appliance.store.transaction { transaction in
            guard let former = try transaction.config(id) else { return false }
            if former != config { try transaction.save(config) }
            return true
        }
    }

    /// Changes members of a config (RFC 7396): null removes a member, anything else replaces it.
    ///
    /// - Returns: The config as it is now, or `nil` if there is none.
    /// - Throws: `DocumentError` if the document is wrong, `RevisionConflict`, else `StoreError`.
    public func change(_ id: ConfigID, expecting: ExpectedRevision = .any, with patch: JSONObject) async throws -> Config? {
        if patch["id"] != nil { throw DocumentError("id", "the id of a config cannot be changed") }
        let isZone = isZone
        return try await appliance.store.transaction { transaction in
            guard let former = try transaction.config(id) else { return nil }
            try expecting.check(former.revision)
            try patch.requireNoMasks()
            let config = try ConfigDocument.check(former.document.patched(with: patch), id: id, isZone: isZone)
            if former != config { try transaction.save(config) }
            return config
        }
    }

    /// Deletes a config, unless its `deletable` is false.
    public func delete(_ id: ConfigID, expecting: ExpectedRevision = .any) async throws -> Deletion {
        try await appliance.store.transaction { [appliance] transaction in
            guard let config = try transaction.config(id) else { return .notFound }
            try expecting.check(config.revision)
            guard config.isDeletable else { return .notDeletable }
            try transaction.delete(id)
            try Self.settleDevices(on: id, appliance, in: transaction)
            return .deleted
        }
    }

    /// Sets `configured` of the devices on a config that came or went.
    private static func settleDevices(on id: ConfigID, _ appliance: Appliance, in transaction: any StoreTransaction) throws {
        let catalog = appliance.plugins.catalog
        for var device in try transaction.devices(where: .config(id)) {
            let canBeServed = try DeviceRegistry.canBeServed(device, catalog, in: transaction)
            guard canBeServed != device.isConfigured else { continue }
            device.isConfigured = canBeServed
            try transaction.save(device)
        }
    }

    /// Whether there is a time zone of a name, as far as this machine knows zones at all.
    private var isZone: @Sendable (String) -> Bool {
        let zones = appliance.timeZones, year = appliance.year
        return { zones.zone(named: $0, year: year) != nil || zones.zone(named: "UTC", year: year) == nil }
    }
}

extension Config {
    /// The state of the document.
    public var revision: DocumentRevision { DocumentRevision(of: .object(fullDocument)) }
}
