// SPDX-License-Identifier: GPL-3.0-or-later

import AsteriskLink
import AsteriskWire
import DeviceStorage
import JSONText
import Logging
import NetTypes
import PhonePlugins
import ProvModel
import Provisioning
import Synchronization
import Testing

/// A database in memory with a phone that has no line, and a line that it can become.
struct Site {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    let store: SQLiteStore
    let appliance: Appliance
    let dialling: PBXDialling
    let phone: DeviceID
    let account: AutoprovAccount

    init(pin: String? = nil) async throws {
        let store = try SQLiteStore.inMemory()
        self.store = store
        appliance = Appliance(
            store: store, plugins: PluginShelf(PluginCatalog(plugins: [])),
            settings: ProvisioningSettings(advertisedHost: "10.77.0.1", httpPort: 8667, tftpPort: 69, sipPort: 5060), logger: Self.silent,
            securityLog: Self.silent, now: { 1_000_000 })
        let tenant = try await FirstStart.prepare(store, now: 1_000_000)
        var settings = OnboardingSettings()
        settings.resetPIN = pin
        dialling = PBXDialling(
            appliance, dialling: CodeDialling(appliance, settings: settings), features: PhoneFeatures(appliance, settings: settings))
        let phone = DeviceID(stored: "phone-1")
        self.phone = phone
        let account = AutoprovAccount(username: "ap23467bcd", password: "secret123", device: phone)
        self.account = account
        try await store.transaction { transaction in
            for (id, address) in [("phone-1", "10.77.0.12"), ("phone-2", "10.77.0.13"), ("phone-3", "10.77.0.13")] {
                try transaction.save(Device(id: DeviceID(stored: id), document: ["ip": .string(address), "tenant_uuid": .string(tenant.description)]))
            }
            try transaction.save(account)
        }
        _ = try await LineBook(appliance, scope: TenantScope(tenant)).add(
            .init(number: "101", displayName: "Alice Martin", provisioningCode: "123456"))
    }
}

/// What somebody was told, to be looked at later.
final class Told<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])
    var all: [Element] { elements.withLock { $0 } }
    func note(_ element: Element) { elements.withLock { $0.append(element) } }
}

/// Waits until something holds; a test that waits for ever is ended by its runner.
func eventually(_ condition: () async throws -> Bool) async throws {
    for _ in 0..<6_000 {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("it did not come about within a minute")
}
