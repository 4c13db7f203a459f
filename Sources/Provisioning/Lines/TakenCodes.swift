// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import ProvModel
import Synchronization

/// Counts how often somebody who acts for a tenant gave a line a code that the line of another tenant has.
///
/// That a code is taken says that it opens a line: who learns so by asking for codes must not learn more than by dialling them.
final class TakenCodes: Sendable {
    /// So many within a day, and no code is taken from the tenant until that is over. Among ten thousand lines one code in a hundred that
    /// somebody thinks of is taken.
    static let most = 5
    private static let day = 86_400.0
    /// The most tenants that are counted; when it is reached the counts begin anew.
    private static let capacity = 10_000

    private let counts = Mutex<[TenantID: (count: Int, since: Double)]>([:])

    /// Notes that a tenant met a code of another one.
    func note(_ tenant: TenantID, now: Double) {
        counts.withLock { counts in
            if counts.count >= Self.capacity { counts = [:] }
            let known = Self.current(counts[tenant], now)
            counts[tenant] = (known.count + 1, known.since)
        }
    }

    /// Whether a tenant met so many that it may choose no code now.
    func isExhausted(_ tenant: TenantID, now: Double) -> Bool {
        counts.withLock { Self.current($0[tenant], now).count >= Self.most }
    }

    private static func current(_ known: (count: Int, since: Double)?, _ now: Double) -> (count: Int, since: Double) {
        guard let known, abs(now - known.since) < day else { return (0, now) }
        return known
    }
}

/// A code was given that the line of another tenant has.
struct ForeignCode: Error {
    let code: String

    /// What whoever gave it is told: no more than of a code of its own.
    var error: LineError { LineError("provisioning_code", "code \(code) belongs to another line: leave it out and provd makes a free one") }
}

extension LineBook {
    /// Checks that the tenant may choose a code.
    func checkChoice() throws(LineError) {
        guard appliance.takenCodes.isExhausted(scope.tenant, now: appliance.now()) else { return }
        throw LineError("provisioning_code", "too many codes that were given today belong to others: leave codes out and provd makes free ones")
    }

    /// Does something with lines, and counts if it met a code of another tenant.
    func countingForeignCodes<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let foreign as ForeignCode {
            noteForeignCode()
            throw foreign.error
        }
    }

    func noteForeignCode() {
        appliance.takenCodes.note(scope.tenant, now: appliance.now())
        appliance.securityLog.warning("A provisioning code was given that another tenant has", metadata: ["tenant": "\(scope.tenant)"])
    }
}
