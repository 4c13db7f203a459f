// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import ProvModel
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
}
