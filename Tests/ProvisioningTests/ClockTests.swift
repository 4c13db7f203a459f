// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import Foundation
import JSONText
import NetTypes
import ProvModel
import Testing

@testable import Provisioning

@Suite("A clock that jumps")
struct ClockTests {
    private static let year = 31_556_952.0

    @Test("Wrong codes lock for their time, and not for years when the clock is set back", arguments: [year, 10 * year])
    func codes(step: Double) throws {
        var guardian = CodeGuard()
        let device = DeviceID(stored: "d"), source = try #require(IPAddress("10.0.0.1")), now = 50 * Self.year
        for _ in 0..<CodeGuard.device.tries { guardian.wrong(device: device, source: source, now: now) }
        #expect(guardian.lock(device: device, source: source, now: now) == CodeGuard.device.lock)
        // A step of a minute, as time servers make them, opens nothing.
        #expect(guardian.lock(device: device, source: source, now: now - 60) == CodeGuard.device.lock + 60)
        #expect(guardian.lock(device: device, source: source, now: now - step) == nil)
        #expect(guardian.locked(now: now - step).isEmpty)
        #expect(guardian.lock(device: device, source: source, now: now + step) == nil)
        for _ in 0..<CodeGuard.device.tries { guardian.wrong(device: device, source: source, now: now - step) }
        #expect(guardian.lock(device: device, source: source, now: now - step) == CodeGuard.device.lock)
        #expect(guardian.lock(device: device, source: source, now: now - step + CodeGuard.device.lock) == nil)
    }

    @Test("A new backup stays when the clock was set back, however many there are")
    func backups() async throws {
        let appliance = try await TestAppliance()
        let directory = FileManager.default.temporaryDirectory.appending(path: "provd-backups-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let shelf = BackupShelf(appliance.appliance, directory: directory, staged: directory + "/restore.db", check: { _ in })
        appliance.clock.advance(50 * Self.year)
        for _ in 0..<30 { _ = try await shelf.make() }
        appliance.clock.advance(-10 * Self.year)
        let last = try await shelf.make()
        let kept = try shelf.all().map(\.name)
        #expect(kept.count == 30 && kept.contains(last.name))
    }

    @Test("A copy that is not sound is no backup, and pushes none out")
    func unsoundBackup() async throws {
        let appliance = try await TestAppliance()
        let directory = FileManager.default.temporaryDirectory.appending(path: "provd-backups-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let sound = BackupShelf(appliance.appliance, directory: directory, staged: directory + "/restore.db", check: { _ in })
        let first = try await sound.make()
        let unsound = BackupShelf(
            appliance.appliance, directory: directory, staged: directory + "/restore.db", check: { throw StoreError(.corrupt, "\($0) is damaged") })
        await #expect(throws: StoreError.self) { _ = try await unsound.make() }
        #expect(throws: StoreError.self) { _ = try unsound.stage(first.name) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [first.name])
        #expect(BackupShelf.newest(in: directory) == first)
    }

    @Test("The first start is the first whose time can be believed")
    func firstStart() async throws {
        let store = try await TestAppliance().store
        // A clock without a battery, then the time server's; a later start changes nothing.
        for (now, expected) in [(5_000.0, 1_000_000.0), (54 * Self.year, 54 * Self.year), (55 * Self.year, 54 * Self.year), (6_000, 54 * Self.year)] {
            _ = try await FirstStart.prepare(store, now: now)
            #expect(try await store.setting(FirstStart.timeSetting).flatMap(Double.init) == expected)
        }
    }

    @Test("The window for new phones does not stay open when the clock was years ahead at the first start")
    func enrolment() async throws {
        let ahead = try await TestAppliance()
        // The first phone is let in, within the window.
        #expect(try await ahead.yealink().text != nil)
        let closed = try await TestAppliance()
        closed.clock.advance(-30 * 86_400)
        #expect(try await closed.yealink().text == nil)
        let stepped = try await TestAppliance()
        stepped.clock.advance(-3_600)
        #expect(try await stepped.yealink().text != nil)
    }
}
