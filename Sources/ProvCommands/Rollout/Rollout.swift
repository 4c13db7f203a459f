// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText

/// A rollout that goes on: changes phones, waits for them, and takes back what it did.
struct Rollout {
    /// How long to wait between two looks at the phones: they need a minute or more.
    private static let interval = Duration.seconds(1)

    private let client: APIClient
    private let steps: [String: RolloutChange.Step]
    private let firmware: String?
    private let patience: Int
    /// The phones that were changed, in that order.
    private(set) var changed: [JSONValue] = []
    /// How many of them have come back.
    private(set) var backCount = 0

    /// Prepares a rollout.
    ///
    /// - Parameters:
    ///   - steps: The change of each device, by its id.
    ///   - firmware: What a phone must say it runs to be back, or how that begins.
    ///   - patience: For how many seconds a phone may be away.
    init(client: APIClient, steps: [String: RolloutChange.Step], firmware: String?, patience: Int) {
        self.client = client
        self.steps = steps
        self.firmware = firmware
        self.patience = patience
    }

    /// A phone that was changed, and how far it is.
    private struct Phone {
        let name: String
        let path: String
        /// Whether its plugin says which file is its configuration; without that any file will do that is made for it.
        let hasTrigger: Bool
        var progress: PhoneReturn
    }

    /// Changes phones, and waits until all are back.
    ///
    /// - Throws: `APIClient.Failure` that names those that are not.
    mutating func perform(_ devices: [JSONValue]) async throws {
        var phones: [Phone] = []
        for device in devices {
            guard let step = steps[device["id"]?.string ?? ""] else { continue }
            phones.append(try await begin(device, step))
        }
        let missing = try await wait(for: phones)
        guard missing.isEmpty else {
            let names = missing.map { "\($0.name) \($0.progress.words)" }.joined(separator: ", ")
            throw APIClient.Failure(description: "not all phones came back within \(patience) seconds: \(names)")
        }
    }

    private mutating func begin(_ device: JSONValue, _ step: RolloutChange.Step) async throws -> Phone {
        let path = "/1.0/devices/\(try PathSegment.encode(device["id"]?.string ?? ""))"
        let events = try await client.get(path + "/timeline")["events"]?.array ?? []
        // Noted before: a change whose answer was lost is taken back too.
        changed.append(device)
        _ = try await client.patch(step.path, step.patch)
        _ = try await client.post(path + "/synchronize", [:])
        let files = try await client.get(path + "/files")["files"]?.array ?? []
        return Phone(
            name: Self.name(device), path: path, hasTrigger: files.contains { $0["trigger"] == true },
            progress: PhoneReturn(after: events.compactMap { $0["id"]?.int }.max() ?? 0, mustRegister: RolloutPlan.isRegistered(events)))
    }

    private static func name(_ device: JSONValue) -> String { device["mac"]?.string ?? device["id"]?.string ?? "-" }

    /// Waits until all are back.
    ///
    /// - Returns: Those that are not.
    private mutating func wait(for phones: [Phone]) async throws -> [Phone] {
        let progress = ProgressLine(), end = ContinuousClock.now + .seconds(patience), before = backCount
        var missing = phones
        while true {
            var still: [Phone] = []
            for phone in missing {
                var phone = phone
                if try await !look(at: &phone) { still.append(phone) }
            }
            missing = still
            backCount = before + phones.count - missing.count
            progress.show(phones.count - missing.count, of: phones.count, "are back")
            guard !missing.isEmpty, ContinuousClock.now < end else { break }
            try await Task.sleep(for: Self.interval)
        }
        progress.clear()
        return missing
    }

    /// Looks how far a phone is.
    ///
    /// - Returns: Whether it is back.
    private func look(at phone: inout Phone) async throws -> Bool {
        let events = try await client.get("\(phone.path)/timeline?after=\(phone.progress.position)")["events"]?.array ?? []
        for fetch in phone.progress.receive(events) where phone.progress.missing == .wanted {
            let (digest, isTrigger) = try await wanted(fetch, of: phone)
            phone.progress.compare(fetch, with: digest, proves: isTrigger || !phone.hasTrigger)
        }
        guard phone.progress.missing == .nothing else { return false }
        guard let firmware else { return true }
        return try await client.get(phone.path)["version"]?.string?.hasPrefix(firmware) ?? false
    }

    /// What the phone would be given now for the path of a file that it was given.
    private func wanted(_ fetch: PhoneReturn.Fetch, of phone: Phone) async throws -> (digest: String?, isTrigger: Bool) {
        var query = "path=\(try PathSegment.encode(fetch.path))&transport=\(fetch.transport)"
        if let server = fetch.server { query += "&server=\(try PathSegment.encode(server))" }
        do {
            let file = try await client.get("\(phone.path)/file?\(query)")
            return (file["sha256"]?.string, file["trigger"]?.bool ?? false)
        } catch let failure as APIClient.Failure where failure.kind == .notFound {
            return (nil, false)
        }
    }

    /// Gives every phone that was changed what it had before.
    ///
    /// - Returns: What to tell the administrator.
    func takeBack(because reason: APIClient.Failure) async -> APIClient.Failure {
        var failed: [String] = []
        for device in changed {
            guard let step = steps[device["id"]?.string ?? ""] else { continue }
            do {
                _ = try await client.patch(step.path, step.undo)
                _ = try await client.post("/1.0/devices/\(try PathSegment.encode(device["id"]?.string ?? ""))/synchronize", [:])
            } catch {
                failed.append("\(Self.name(device)) (\(error))")
            }
        }
        let rest = failed.isEmpty ? "" : "; these could not be given back what they had: \(failed.joined(separator: ", "))"
        return APIClient.Failure(
            reason.kind, description: "the rollout was halted, and \(changed.count - failed.count) phones were given back what they had: \(reason.description)\(rest)")
    }
}
