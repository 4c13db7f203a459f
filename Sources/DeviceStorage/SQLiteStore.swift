// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import GRDB
public import NetTypes
public import ProvModel

/// The storage of one appliance: one SQLite file in WAL mode, opened once for the whole process.
///
/// Reads of devices and configs by key come from a bounded cache that every commit keeps true, because a storm of
/// booting phones asks for the same few documents again and again.
public struct SQLiteStore: ProvisioningStore {
    let database: any DatabaseWriter
    private let cache: DocumentCache
    private let queue: TransactionQueue
    let metrics = StorageMetrics()
    /// The file, if it is one.
    let path: String?

    private init(_ database: any DatabaseWriter, path: String? = nil) throws {
        self.database = database
        self.path = path
        cache = DocumentCache()
        queue = TransactionQueue(database, forgetting: cache, metrics)
        try Schema.migrator.migrate(database)
    }

    /// Opens or makes the database file, and brings its tables up to date.
    ///
    /// - Throws: `StoreError` that names the file and what to do.
    public init(path: String) throws(StoreError) {
        var configuration = Configuration()
        configuration.label = "provd"
        // Another process (a backup, a curious administrator) holds the file for moments, not for long.
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            // An acknowledged write must survive a power cut: NORMAL would only survive the end of the process.
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        do {
            try Self.check(database: path)
            try self.init(DatabasePool(path: path, configuration: configuration), path: path)
        } catch {
            throw StoreError(opening: path, error)
        }
    }

    /// Makes a database in memory, for tests.
    public static func inMemory() throws -> SQLiteStore { try SQLiteStore(DatabaseQueue()) }

    // MARK: Transactions

    public func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        do {
            // Who acts is read here: the body runs on a thread of the database's, where the task's values do not reach.
            return try await queue.write(actor: AuditActor.current, body)
        } catch let error as DatabaseError {
            throw StoreError(error)
        }
    }

    private func read<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws(StoreError) -> Result {
        do {
            return try await database.read(body)
        } catch {
            throw StoreError(error)
        }
    }
}

// MARK: - Devices

extension SQLiteStore {
    public func device(_ id: DeviceID) async throws(StoreError) -> Device? {
        if let known = cache.device(id) { return known }
        let generation = cache.generation
        let device = try await read { try Device.fetch($0, id) }
        if let device { cache.keep(device, generation: generation) }
        return device
    }

    public func devices(where key: DeviceKey) async throws(StoreError) -> [Device] {
        guard case .mac(let mac) = key else { return try await read { try Device.fetch($0, where: key) } }
        if let known = cache.devices(mac) { return known }
        let generation = cache.generation
        let devices = try await read { try Device.fetch($0, where: key) }
        cache.keep(devices, of: mac, generation: generation)
        return devices
    }

    public func devices() async throws(StoreError) -> [Device] {
        try await read { try Device.fetchAll($0) }
    }

    public func association(of device: DeviceID) async throws(StoreError) -> PluginAssociation? {
        try await read { try PluginAssociation.fetch($0, device) }
    }

    public func binding(of mac: MACAddress) async throws(StoreError) -> AddressBinding? {
        if let known = cache.binding(mac) { return known }
        let generation = cache.generation
        let binding = try await read { try AddressBinding.fetch($0, mac) }
        if let binding { cache.keep(binding, generation: generation) }
        return binding
    }
}

// MARK: - Configs

extension SQLiteStore {
    public func config(_ id: ConfigID) async throws(StoreError) -> Config? {
        if let known = cache.config(id) { return known }
        let generation = cache.generation
        let config = try await read { try Config.fetch($0, id) }
        if let config { cache.keep(config, generation: generation) }
        return config
    }

    public func configs() async throws(StoreError) -> [Config] {
        try await read { try Config.fetchAll($0) }
    }
}

// MARK: - Lines

extension SQLiteStore {
    public func line(_ id: LineID) async throws(StoreError) -> Line? {
        try await read { try Line.fetch($0, "id = ?", id.description).first }
    }

    public func line(username: String) async throws(StoreError) -> Line? {
        if let known = cache.line(username: username) { return known }
        let generation = cache.generation
        let line = try await read { try Line.fetch($0, "username = ?", username).first }
        cache.keep(line, of: username, generation: generation)
        return line
    }

    public func lines(on device: DeviceID) async throws(StoreError) -> [Line] {
        try await read { try Line.fetch($0, "device = ?", device.description) }
    }

    public func lines() async throws(StoreError) -> [Line] {
        try await read { try Line.fetchAll($0) }
    }

    public func autoprovAccount(username: String) async throws(StoreError) -> AutoprovAccount? {
        if let known = cache.account(username: username) { return known }
        let generation = cache.generation
        let account = try await read { try AutoprovAccount.fetch($0, "username = ?", username) }
        cache.keep(account, of: username, generation: generation)
        return account
    }
}

// MARK: - Parts of lists

extension SQLiteStore {
    public func devices(_ query: PageQuery) async throws(StoreError) -> Page<Device> {
        try await read { try Device.fetch($0, query) }
    }

    public func lines(_ query: PageQuery) async throws(StoreError) -> Page<Line> {
        try await read { try Line.fetch($0, query) }
    }

    public func lines(on devices: [DeviceID]) async throws(StoreError) -> [Line] {
        try await read { try Line.fetch($0, on: devices) }
    }
}

// MARK: - Tenants, tokens, audit

extension SQLiteStore {
    public func tenants() async throws(StoreError) -> TenantTree {
        if let known = cache.tenants { return known }
        let generation = cache.generation
        let tenants = try await read { try Tenant.fetchTree($0) }
        cache.keep(tenants, generation: generation)
        return tenants
    }

    public func token(digest: [UInt8]) async throws(StoreError) -> APIToken? {
        if let known = cache.token(digest) { return known }
        let generation = cache.generation
        let token = try await read { try APIToken.fetch($0, "digest = ?", [Data(digest)]).first }
        if let token { cache.keep(token, generation: generation) }
        return token
    }

    public func tenantsInUse() async throws(StoreError) -> Set<TenantID> {
        try await read { database in
            Set(try ["devices", "lines"].flatMap { try Tenant.fetchNamed(database, in: $0) })
        }
    }

    public func tokens() async throws(StoreError) -> [APIToken] {
        try await read { try APIToken.fetch($0, "TRUE", []) }
    }

    public func audit(
        tenants: Set<TenantID>?, subject: String?, before position: Int64?, limit: Int
    ) async throws(StoreError) -> [AuditEntry] {
        try await read { try AuditEntry.fetch($0, tenants: tenants, subject: subject, before: position, limit: limit) }
    }
}

// MARK: - Timeline and settings

extension SQLiteStore {
    public func append(_ events: [TimelineEvent]) async throws(StoreError) {
        do {
            try await queue.write(actor: nil) { try $0.append(events) }
        } catch {
            throw StoreError(error)
        }
    }

    public func timeline(of device: DeviceID?, after position: Int64, limit: Int) async throws(StoreError) -> [TimelineEvent] {
        try await read { try TimelineEvent.fetch($0, of: device, after: position, limit: limit) }
    }

    public func timeline(
        within tenants: Set<TenantID>, after position: Int64, limit: Int
    ) async throws(StoreError) -> [TimelineEvent] {
        try await read { try TimelineEvent.fetch($0, within: tenants, after: position, limit: limit) }
    }

    public func lastTimelinePosition() async throws(StoreError) -> Int64 {
        try await read { try Int64.fetchOne($0, sql: "SELECT max(id) FROM timeline") ?? 0 }
    }

    public func recentTimelines(
        of devices: [DeviceID], limits: [TimelineEvent.Step: Int]
    ) async throws(StoreError) -> [DeviceID: RecentTimeline] {
        try await read { try RecentTimeline.fetch($0, of: devices, limits: limits) }
    }

    public func timelineCounts(
        within tenants: Set<TenantID>, since: Double, interval: Double
    ) async throws(StoreError) -> [TimelineCount] {
        try await read { try TimelineCount.fetch($0, within: tenants, since: since, interval: interval) }
    }

    /// How many bytes a file has; `nil` if there is none.
    static func fileSize(_ path: String) -> Double? {
        ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.doubleValue
    }

    public func byteCount() async throws(StoreError) -> Int64 {
        try await read { database in
            let pages = try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            return pages * (try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
        }
    }

    public func setting(_ name: String) async throws(StoreError) -> String? {
        try await read { try String.fetchOne($0, sql: "SELECT value FROM settings WHERE name = ?", arguments: [name]) }
    }
}
