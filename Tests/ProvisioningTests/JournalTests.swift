// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import ProvModel
import Telemetry
import Testing

@testable import Provisioning

@Suite("The journal at the end")
struct JournalTests {
    @Test("What was noted last is stored when the journal is stopped")
    func stop() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        let device = try await test.device().id
        let journal = test.appliance.journal
        let running = Task { await journal.run() }
        for number in 0..<50 {
            await journal.note(TimelineEvent(device: device, mac: nil, time: 0, step: .administered, text: "step \(number)"))
        }
        running.cancel()
        await running.value
        #expect(try await test.store.timeline(of: device, after: 0, limit: 1_000).suffix(50).map(\.text) == (0..<50).map { "step \($0)" })
    }

    @Test("Equal steps in a row are counted with all that each stands for, however many that is said to be")
    func repeats() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        var event = TimelineEvent(device: try await test.device().id, mac: nil, time: 0, step: .dhcp, text: "x")
        for repeats in [2, 3, Int.max, Int.max, -1] {
            event.repeats = repeats
            await test.appliance.journal.note(event)
            if repeats == 3 { await test.appliance.journal.flush() }
        }
        #expect(try await test.store.timeline(of: event.device, after: 0, limit: 1_000).last?.repeats == 5)
        await test.appliance.journal.flush()
        let most = try #require(try await test.store.timeline(of: event.device, after: 0, limit: 1_000).last)
        #expect(most.text == "x" && most.repeats > 1_000_000)
        // The next one finds a step that is stored and has all the repeats that there are.
        event.repeats = 1
        await test.appliance.journal.note(event)
        event.text = "y"
        await test.appliance.journal.note(event)
        await test.appliance.journal.flush()
        #expect(try await test.store.timeline(of: event.device, after: most.id, limit: 1_000).map(\.text) == ["y"])
    }

    @Test("An event that the storage never takes is left out, and those before and after it are stored in their order", arguments: [0, 1, 6, 7])
    func refusedEvent(place: Int) async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        let device = try await test.device().id
        await test.appliance.journal.flush()
        let last = try await test.store.lastTimelinePosition()
        for number in 0..<8 {
            // A time that is no number is no value of the table's.
            let time = number == place ? Double.nan : 0
            await test.appliance.journal.note(TimelineEvent(device: device, mac: nil, time: time, step: .administered, text: "\(number)"))
        }
        await test.appliance.journal.flush()
        let stored = try await test.store.timeline(of: device, after: last, limit: 1_000).map(\.text)
        #expect(stored == (0..<8).filter { $0 != place }.map(String.init))
        await test.appliance.journal.note(TimelineEvent(device: device, mac: nil, time: 0, step: .administered, text: "later"))
        await test.appliance.journal.flush()
        #expect(try await test.store.timeline(of: device, after: last, limit: 1_000).last?.text == "later")
        #expect(test.appliance.metrics.droppedSteps.value == 1)
    }
}
