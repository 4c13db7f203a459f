// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText
public import NetTypes

/// A member of device documents by which a device is looked up.
public enum DeviceKey: Sendable, Hashable {
    case mac(MACAddress)
    case serialNumber(String)
    case uuid(String)
    case ip(IPAddress)
    case config(ConfigID)
    case plugin(String)
}

/// Reads of the device documents. Each sees everything that was acknowledged before it began.
public protocol DeviceRepository: Sendable {
    /// The device with a key, or `nil`.
    func device(_ id: DeviceID) async throws(StoreError) -> Device?
    /// All devices with a value, oldest first.
    func devices(where key: DeviceKey) async throws(StoreError) -> [Device]
    /// All devices, oldest first.
    func devices() async throws(StoreError) -> [Device]
    /// How a device came to its plugin, or `nil` if an administrator chose it or it has none.
    func association(of device: DeviceID) async throws(StoreError) -> PluginAssociation?
    /// The address that evidence binds to a hardware address, or `nil`.
    func binding(of mac: MACAddress) async throws(StoreError) -> AddressBinding?
}

/// Reads of the config documents.
public protocol ConfigRepository: Sendable {
    /// The config with a key, or `nil`.
    func config(_ id: ConfigID) async throws(StoreError) -> Config?
    /// A part of the configs, oldest first.
    ///
    /// - Parameter position: The position after which the part begins; `nil` for the first.
    func configs(after position: Int64?, limit: Int) async throws(StoreError) -> Page<Config>
}

/// Reads of lines and of the accounts of devices without one.
public protocol LineRepository: Sendable {
    /// The line with a key, or `nil`.
    func line(_ id: LineID) async throws(StoreError) -> Line?
    /// The line with a SIP user name, or `nil`.
    func line(username: String) async throws(StoreError) -> Line?
    /// The lines on a device, in the order in which they came to it.
    func lines(on device: DeviceID) async throws(StoreError) -> [Line]
    /// All lines by number.
    func lines() async throws(StoreError) -> [Line]
    /// A part of the lines of some tenants, by number.
    ///
    /// - Parameter last: The line after which the part begins; `nil` for the first.
    func lines(of tenants: Set<TenantID>, after last: Line?, limit: Int) async throws(StoreError) -> [Line]
    /// The autoprov account with a SIP user name, or `nil`.
    func autoprovAccount(username: String) async throws(StoreError) -> AutoprovAccount?
}

/// The journal of what devices did. It only grows, but for the oldest events of a device that did much.
public protocol TimelineRepository: Sendable {
    /// Stores events in their order; equal ones in a row become one.
    func append(_ events: [TimelineEvent]) async throws(StoreError)
    /// The events after a position, oldest first, at most `limit`.
    func timeline(of device: DeviceID?, after position: Int64, limit: Int) async throws(StoreError) -> [TimelineEvent]
    /// The events of the devices of some tenants after a position, oldest first, at most `limit`.
    func timeline(within tenants: Set<TenantID>, after position: Int64, limit: Int) async throws(StoreError) -> [TimelineEvent]
    /// The position of the newest event, zero if there is none.
    func lastTimelinePosition() async throws(StoreError) -> Int64
    /// The newest events of some devices, of each kind of step at most as many as `limits` says; devices without any are left out.
    func recentTimelines(
        of devices: [DeviceID], limits: [TimelineEvent.Step: Int]
    ) async throws(StoreError) -> [DeviceID: RecentTimeline]
    /// How many events the devices of some tenants made since a time, in intervals of that many seconds.
    ///
    /// Questions for files that there are not, which phones can do without, are not counted.
    func timelineCounts(within tenants: Set<TenantID>, since: Double, interval: Double) async throws(StoreError) -> [TimelineCount]
}

/// The end of one device's journal.
public struct RecentTimeline: Sendable, Equatable {
    /// The events that were asked for, oldest first.
    public let events: [TimelineEvent]
    /// When the device did anything last, in seconds since 1970.
    public let lastTime: Double

    /// Makes the end of a journal.
    public init(events: [TimelineEvent], lastTime: Double) {
        self.events = events
        self.lastTime = lastTime
    }
}

/// How often something happened within an interval.
public struct TimelineCount: Sendable, Equatable {
    /// The beginning of the interval, in seconds since 1970.
    public let start: Double
    /// What happened.
    public let step: TimelineEvent.Step
    /// How it ended.
    public let outcome: TimelineEvent.Outcome
    /// How often; equal steps in a row count at the time of the first.
    public let count: Int

    /// Makes a count.
    public init(start: Double, step: TimelineEvent.Step, outcome: TimelineEvent.Outcome, count: Int) {
        self.start = start
        self.step = step
        self.outcome = outcome
        self.count = count
    }
}

/// Which documents of a list are wanted, and from where on.
public struct PageQuery: Sendable, Equatable {
    /// The members by which devices are selected in the database itself, each by an index.
    public enum Column: String, Sendable, CaseIterable {
        case mac, ip, sn, uuid, config, plugin, vendor, model, version
    }

    /// The tenants whose documents are wanted; `nil` for all.
    public var tenants: Set<TenantID>?
    /// What members must be equal to.
    public var equals: [Column: String] = [:]
    /// The position after which the page begins; `nil` for the first page.
    public var after: Int64?
    /// How many documents the page holds at the most.
    public var limit: Int

    /// Describes a page.
    public init(tenants: Set<TenantID>?, after: Int64? = nil, limit: Int) {
        self.tenants = tenants
        self.after = after
        self.limit = limit
    }
}

/// A part of a list, and where the next part begins.
public struct Page<Element: Sendable>: Sendable {
    /// The elements.
    public let elements: [Element]
    /// The position after which the next page begins, or `nil` if this is the last.
    public let next: Int64?

    /// Makes a page.
    public init(_ elements: [Element], next: Int64?) {
        self.elements = elements
        self.next = next
    }

    /// The same part of a list of what is made of its elements.
    public func map<Other>(_ transform: (Element) throws -> Other) rethrows -> Page<Other> {
        Page<Other>(try elements.map(transform), next: next)
    }
}

/// Under which names settings are kept that the storage itself looks at.
public enum SettingName {
    /// What stands before a provisioning key in the name of the setting that says whose it is.
    public static let provisioningKeyOwner = "provisioning_key_owner."
}

/// Reads of tenants and tokens.
public protocol AccessRepository: Sendable {
    /// All tenants.
    func tenants() async throws(StoreError) -> TenantTree
    /// Whose each provisioning key is.
    func provisioningKeys() async throws(StoreError) -> [String: TenantID]
    /// The token with a digest, or `nil`.
    func token(digest: [UInt8]) async throws(StoreError) -> APIToken?
    /// The tenants to which any device or line belongs.
    func tenantsInUse() async throws(StoreError) -> Set<TenantID>
    /// All tokens, oldest first.
    func tokens() async throws(StoreError) -> [APIToken]
    /// The changes before a position, newest first, of actors of some tenants (`nil` for all), at most `limit`.
    func audit(tenants: Set<TenantID>?, subject: String?, before position: Int64?, limit: Int) async throws(StoreError) -> [AuditEntry]
}

/// The whole storage. Provisioning sees it only as this.
public protocol ProvisioningStore: DeviceRepository, ConfigRepository, LineRepository, TimelineRepository, AccessRepository {
    /// A part of the devices, oldest first.
    func devices(_ query: PageQuery) async throws(StoreError) -> Page<Device>
    /// The devices of other tenants that have a line of some tenants, in the order of their oldest such line.
    func devicesShared(with tenants: Set<TenantID>) async throws(StoreError) -> [Device]
    /// A part of the lines, oldest first.
    func lines(_ query: PageQuery) async throws(StoreError) -> Page<Line>
    /// The lines on any of some devices, in the order in which they came to them.
    func lines(on devices: [DeviceID]) async throws(StoreError) -> [Line]

    /// How large the database is, in bytes.
    func byteCount() async throws(StoreError) -> Int64

    /// Writes a copy of all that is stored into a new file, as it is at one moment, while others write.
    func backup(to path: String) async throws(StoreError)

    /// Does several reads and writes as one: all of them or none, and nobody else's in between.
    ///
    /// When it returns, the writes survive a power cut.
    ///
    /// - Throws: what `body` throws, or `StoreError`; nothing was written then.
    func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result

    /// A value that provd remembers for itself, or `nil`.
    func setting(_ name: String) async throws(StoreError) -> String?
}

/// What can be done inside a transaction. It must not leave the body.
public protocol StoreTransaction {
    func device(_ id: DeviceID) throws -> Device?
    func devices(where key: DeviceKey) throws -> [Device]
    func config(_ id: ConfigID) throws -> Config?
    func configs() throws -> [Config]
    func line(_ id: LineID) throws -> Line?
    func line(code: String) throws -> Line?
    func line(username: String) throws -> Line?
    func lines(number: String) throws -> [Line]
    func lines(on device: DeviceID) throws -> [Line]
    func autoprovAccount(of device: DeviceID) throws -> AutoprovAccount?
    func autoprovAccount(username: String) throws -> AutoprovAccount?
    func binding(of mac: MACAddress) throws -> AddressBinding?
    func association(of device: DeviceID) throws -> PluginAssociation?
    func setting(_ name: String) throws -> String?
    func tenants() throws -> TenantTree
    func token(_ id: APITokenID) throws -> APIToken?
    func devices(of tenant: TenantID) throws -> [Device]
    func lines(of tenant: TenantID) throws -> [Line]

    /// Inserts or replaces a document.
    func save(_ device: Device) throws
    func save(_ config: Config) throws
    func save(_ line: Line) throws
    func save(_ account: AutoprovAccount) throws
    func save(_ binding: AddressBinding) throws
    func save(_ association: PluginAssociation) throws
    func save(setting name: String, _ value: String?) throws
    func save(_ tenant: Tenant) throws
    func save(_ token: APIToken) throws

    /// Deletes; what is not there is no error.
    func delete(_ id: DeviceID) throws
    func delete(_ id: ConfigID) throws
    func delete(_ id: LineID) throws
    func delete(_ id: TenantID) throws
    func delete(_ id: APITokenID) throws
    func deleteAutoprovAccount(of device: DeviceID) throws
    func deleteAssociation(of device: DeviceID) throws
    func deleteBinding(of mac: MACAddress) throws

    /// Adds events to the journal with the rest of the transaction.
    func append(_ events: [TimelineEvent]) throws

    /// Notes in the audit log what somebody changed outside of the database, such as a plugin: by it who looks up the log learns of it too.
    ///
    /// Nothing is noted where nobody acts, or nothing changed.
    func audit(_ kind: String, _ subject: String, from before: JSONValue?, to after: JSONValue?) throws
}

/// Why storage could not do what was asked.
public struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure that a caller may answer in different ways.
    public enum Code: Sendable, Equatable {
        /// A rule of the schema forbids the write, such as two lines with one code.
        case constraint
        /// Another process holds the database.
        case busy
        /// The file system or the file does not allow writing.
        case readOnly
        /// No space is left.
        case full
        /// The file is not a sound database.
        case corrupt
        /// Anything else.
        case other
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what to do, in words.
    public let description: String

    /// Makes an error.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
