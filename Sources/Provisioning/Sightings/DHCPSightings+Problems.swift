// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
public import ProvModel

extension DHCPSightings {
    /// Takes in what an observer hands over.
    ///
    /// - Throws: `StoreError` if it could not be kept; the observer keeps it then and brings it again.
    public func take(_ report: DHCPReport) async throws {
        switch report {
        case .observation(let observation): try await take(observation)
        case .problem(let problem): try await take(problem)
        case .statistics(let statistics): appliance.metrics.observers.take(statistics)
        }
    }

    /// Notes a problem on the timeline of the device that has it. Of a client that is no device only the log tells.
    ///
    /// - Throws: `StoreError` if the database cannot be used.
    public func take(_ problem: DHCPProblemReport) async throws {
        appliance.metrics.observers.take(problem)
        appliance.logger.warning(
            "\(problem.text): \(problem.remedy)", metadata: ["mac": "\(problem.mac)", "problem": "\(problem.problem.rawValue)"])
        guard let device = try await appliance.store.devices(where: .mac(problem.mac)).first else { return }
        await appliance.journal.note(.dhcpProblem(device, problem, advice: advice))
    }
}
