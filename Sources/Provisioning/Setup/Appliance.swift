// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
public import Logging
public import PhonePlugins
public import ProvModel
import Synchronization

/// What all use cases share: the storage, the plugins, the settings, the journal and the time.
public struct Appliance: Sendable {
    /// The storage.
    public let store: any ProvisioningStore
    /// The plugins that are loaded.
    public let plugins: PluginShelf
    /// What the administrator's configuration says.
    public let settings: ProvisioningSettings
    /// Where steps of devices are noted.
    public let journal: TimelineJournal
    /// What the plugins made of requests and devices lately.
    public let recognition = RecognitionCache()
    /// What was seen of devices lately.
    public let sightings = SightingShelf()
    /// What is counted.
    public let metrics = ProvisioningMetrics()
    /// Who waits for the word of its lease.
    let leaseNews: LeaseNews
    /// The count of wrong codes.
    let codeGuard = CodeGuardian()
    /// The count of codes that tenants chose and others have.
    let takenCodes = TakenCodes()
    /// The time zones of the system.
    public let timeZones: TimeZoneShelf
    /// Where what a doorkeeper wants to know is logged: new devices, refused files, wrong passwords and codes.
    public let securityLog: Logger
    /// The log.
    public let logger: Logger
    /// The time, in seconds since 1970.
    public let now: @Sendable () -> Double

    /// Makes the surroundings of the use cases.
    ///
    /// - Parameter patience: For how long a request that names no phone waits for the word of its sender's lease.
    public init(
        store: any ProvisioningStore, plugins: PluginShelf, settings: ProvisioningSettings, logger: Logger, securityLog: Logger,
        patience: Duration = .seconds(3), now: (@Sendable () -> Double)? = nil
    ) {
        self.store = store
        self.plugins = plugins
        self.settings = settings
        self.logger = logger
        self.securityLog = securityLog
        let now = now ?? { Date().timeIntervalSince1970 }
        self.now = now
        leaseNews = LeaseNews(patience: patience, now: now)
        timeZones = TimeZoneShelf()
        journal = TimelineJournal(repository: store, logger: logger, metrics: metrics)
    }
}

extension Appliance {
    /// The present year in UTC.
    var year: Int {
        // The mean length of a Gregorian year is near enough: what depends on it changes at no new year.
        1970 + Int(now() / 31_556_952)
    }
}

/// Holds the catalogue of plugins, and swaps it in one step: a request sees the old one or the new one.
public final class PluginShelf: Sendable {
    private let current: Mutex<PluginCatalog>

    /// Makes a shelf with a catalogue.
    public init(_ catalog: PluginCatalog) { current = Mutex(catalog) }

    /// The catalogue that serves now.
    public var catalog: PluginCatalog {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    /// Makes another catalogue of the one that serves now, and lets it serve; changes at the same time come one after the other.
    public func change<Result>(_ body: (inout PluginCatalog) -> sending Result) -> sending Result { current.withLock { body(&$0) } }
}
