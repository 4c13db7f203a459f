// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import Foundation
import Logging
import NetTypes
import PhonePlugins
import ProvModel
import Synchronization
import Testing

@testable import Provisioning

/// The use cases over a database in memory, the shipped plugins, and a clock that stands.
struct TestAppliance {
    let store: SQLiteStore
    let appliance: Appliance
    let registry: DeviceRegistry
    let files: PhoneFiles
    let lines: LineBook
    let dialling: CodeDialling
    let accounts: PhoneAccounts
    let dhcp: DHCPSightings
    let tenant: TenantID
    let clock: StoppedClock

    /// A clock that a test moves.
    final class StoppedClock: Sendable {
        private let time = Mutex(1_000_000.0)
        var now: Double { time.withLock { $0 } }
        func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
    }

    static let plugins: PluginCatalog = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return PluginCatalog.load(directory: root.appending(path: "plugins").path).catalog
    }()

    init(
        access: FileAccessPolicy = .bound, plugins: PluginCatalog = Self.plugins, codes: CodeRules = .standard, patience: Duration = .zero
    ) async throws {
        let store = try SQLiteStore.inMemory()
        let clock = StoppedClock()
        var settings = ProvisioningSettings(
            advertisedHost: "10.77.0.1", httpPort: 8667, tftpPort: 69, sipPort: 5060, fileAccess: access)
        settings.codes = codes
        let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        appliance = Appliance(
            store: store, plugins: PluginShelf(plugins), settings: settings, logger: silent, securityLog: silent, patience: patience, now: { clock.now })
        tenant = try await FirstStart.prepare(store, now: clock.now)
        registry = DeviceRegistry(appliance, tenant: tenant)
        files = PhoneFiles(appliance, registry: registry, firstStart: clock.now)
        lines = LineBook(appliance, scope: TenantScope(tenant))
        dialling = CodeDialling(appliance)
        accounts = PhoneAccounts(appliance)
        dhcp = DHCPSightings(appliance, registry: registry)
        self.store = store
        self.clock = clock
    }

    /// The same appliance after provd was started again.
    func restarted() async throws -> Appliance {
        let again = Appliance(
            store: store, plugins: appliance.plugins, settings: appliance.settings, logger: appliance.logger, securityLog: appliance.securityLog,
            now: { [clock] in clock.now })
        try await again.recallWrongCodes()
        return again
    }

    /// A request of the Yealink T46S of the tests.
    func yealink(
        _ path: String = "/0015650abbcc.cfg", from address: String = "10.77.0.11", mac: String = "00:15:65:0a:bb:cc", version: String = "66.86.0.15"
    ) async throws -> PhoneFileAnswer {
        let asker = try #require(IPAddress(address))
        let request = PhoneFileRequest(transport: .http, path: path, userAgent: "Yealink SIP-T46S \(version) \(mac)", asker: asker)
        return await files.answer(try #require(request))
    }

    func device(_ mac: String = "00:15:65:0a:bb:cc") async throws -> Device {
        let address = try #require(MACAddress(mac))
        return try #require(try await store.devices(where: .mac(address)).first)
    }

    /// The timeline's texts, oldest first.
    func timeline() async throws -> [String] {
        await appliance.journal.flush()
        return try await store.timeline(of: nil, after: 0, limit: 1_000).map(\.text)
    }
}

extension PhoneFileAnswer {
    /// The content as text, or `nil` if there is none.
    var text: String? {
        if case .content(let content) = self { String(decoding: content.bytes, as: UTF8.self) } else { nil }
    }

    var refusal: Refusal? {
        if case .refused(let refusal) = self { refusal } else { nil }
    }
}
