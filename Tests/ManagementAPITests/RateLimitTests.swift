// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import Synchronization
import Testing

@testable import ManagementAPI

@Suite("How much one client may ask")
struct RateLimitTests {
    @Test("After a burst a token waits, and hears for how long")
    func burst() async throws {
        let client = try await APIClient(limits: RequestLimits(requestsPerSecond: 1, burst: 3))
        for _ in 0..<3 { #expect(try await client.get("/1.0/tenants").status == 200) }
        let refused = try await client.get("/1.0/tenants")
        #expect(refused.status == 429 && refused.headers[.retryAfter] == "1")
        // It is one measure for both versions of the API, and for nobody else.
        #expect(try await client.get("/0.2/status").status == 429)
        #expect(try await client.get("/health/live").status == 200)
    }

    @Test("What time gives is taken, and no more than a burst; a clock that is set back takes nothing away")
    func refill() throws {
        let now = Mutex(1_000.0)
        let gate = RequestGate(limits: RequestLimits(requestsPerSecond: 2, burst: 4), now: { now.withLock { $0 } })
        func entered(_ count: Int) -> Int { (0..<count).count { _ in (try? gate.enter("one")) != nil } }
        #expect(entered(9) == 4)
        now.withLock { $0 += 1 }
        #expect(entered(9) == 2)
        now.withLock { $0 -= 500 }
        #expect(entered(9) == 0)
        now.withLock { $0 += 1_000 }
        #expect(entered(9) == 4)
        #expect((try? gate.enter("another")) != nil)
    }

    @Test("Whoever guesses at tokens is told to wait, and nobody else is")
    func guesses() async throws {
        let client = try await APIClient()
        var statuses: Set<Int> = []
        for number in 0..<302 { statuses.insert(try await client.get("/1.0/lines", headers: ["X-Auth-Token": "guess \(number)"]).status) }
        #expect(statuses == [401, 429])
        #expect(try await client.get("/1.0/lines").status == 200)
    }
}
