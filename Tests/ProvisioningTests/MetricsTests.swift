// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import JSONText
import NetTypes
import ProvModel
import Telemetry
import Testing

@testable import Provisioning

@Suite("What the use cases count")
struct MetricsTests {
    private func value(_ name: String, _ labels: [String], in families: [MetricFamily]) -> Double? {
        families.first { $0.name == name }?.samples.first { $0.labels.map(\.value) == labels }?.value
    }

    @Test("A phone's requests are counted by protocol and outcome, and what was rendered once is found again")
    func requests() async throws {
        let test = try await TestAppliance(access: .open)
        // The first fetch changes what is known of the phone, of which the second is made anew.
        for _ in 0..<3 { _ = try await test.yealink() }
        _ = try await test.yealink("/no-such-file.bin")
        let families = test.appliance.metrics.families
        #expect(value("provd_phone_requests_total", ["http", "rendered"], in: families) == 3)
        #expect(value("provd_phone_requests_total", ["http", "no_such_file"], in: families) == 1)
        #expect(value("provd_rendered_file_lookups_total", ["hit"], in: families) == 1)
        #expect(value("provd_rendered_file_lookups_total", ["miss"], in: families) == 2)
        #expect(value("provd_phone_requests_total", ["tftp", "rendered"], in: families) == 0)
    }

    @Test("Steps are counted when they are written, with what they stand for")
    func steps() async throws {
        let test = try await TestAppliance(access: .open)
        for _ in 0..<3 { _ = try await test.yealink() }
        await test.appliance.journal.flush()
        #expect(value("provd_timeline_events_total", ["fetched", "done"], in: await test.store.families) == 3)
    }

    @Test("A sniffer's counts are added up, told twice or not, and of several of them")
    func sniffers() {
        let totals = ObserverTotals()
        func take(_ source: String, frames: UInt64, dropped: UInt64, time: Double) {
            totals.take(ObserverStatistics(source: source, time: time, frames: frames, messages: 0, malformed: 0, dropped: dropped))
        }
        #expect(totals.lastTime == nil)
        take("eth0-1", frames: 10, dropped: 1, time: 100)
        take("eth0-1", frames: 10, dropped: 1, time: 100)
        take("eth1-1", frames: 5, dropped: 0, time: 101)
        take("eth0-1", frames: 12, dropped: 1, time: 110)
        // It was started anew.
        take("eth0-2", frames: 3, dropped: 2, time: 120)
        #expect(value("provd_sniffer_frames_total", [], in: totals.families) == 20)
        #expect(value("provd_sniffer_frames_dropped_total", [], in: totals.families) == 3)
        #expect(totals.lastTime == 120)
        for _ in 0..<2 { totals.take(ObserverStatistics(source: "delivery-1", time: 120, frames: 0, messages: 0, malformed: 0, dropped: 0, unsent: 7)) }
        #expect(value("provd_sniffer_reports_dropped_total", [], in: totals.families) == 7 && totals.report?.unsent == 7)
        for number in 0..<500 { take("flood-\(number)", frames: 1, dropped: 0, time: 200 + Double(number)) }
        #expect(value("provd_sniffer_frames_total", [], in: totals.families) == 520)
    }

    @Test("A step names the request that it came of; that steps came of several keeps none of them from standing for all")
    func requestOfStep() async throws {
        let test = try await TestAppliance(access: .open)
        for id in ["first", "second"] {
            _ = try await RequestID.$current.withValue(RequestID(id)) { try await test.yealink() }
        }
        await test.appliance.journal.flush()
        let fetched = try await test.store.timeline(of: nil, after: 0, limit: 100).filter { $0.step == .fetched }
        #expect(fetched.map(\.repeats) == [2] && fetched.first?.details["request"] == "first")
    }

    @Test("Devices are counted by how far they are, and as stalled only when it is their turn and time has passed")
    func census() async throws {
        let test = try await TestAppliance(access: .open)
        _ = try await test.yealink()
        await test.appliance.journal.flush()
        let now = await DeviceCensus(test.appliance).families
        #expect(value("provd_devices", ["fetched"], in: now) == 1)
        #expect(now.first { $0.name == "provd_devices_stalled" }?.samples.allSatisfy { $0.value == 0 } == true)
        test.clock.advance(DeviceCensus.patience + 1)
        let later = await DeviceCensus(test.appliance).families
        #expect(value("provd_devices_stalled", ["registration"], in: later) == 1)
    }
}
