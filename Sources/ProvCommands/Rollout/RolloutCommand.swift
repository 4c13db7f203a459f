// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import JSONText

/// `provctl rollout`: a change for some devices first, and for the rest when those have come back.
struct RolloutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout", abstract: "Change the plugin or config of many phones, some of them first; go on when they are back, else take it back.",
        discussion: """
            A phone is back when it has fetched its configuration after the change and, if it was registered before, has registered again. \
            If one is not back in time the rollout halts, and every phone that was changed gets what it had before.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var confirmation: Confirmation
    @Option(help: "The plugin that the phones get.") var plugin: String?
    @Option(help: "The config that the phones get.") var config: String?
    @Option(help: "Only phones of this manufacturer.") var vendor: String?
    @Option(help: "Only phones of this model.") var model: String?
    @Option(help: "Only phones that this plugin serves now.") var from: String?
    @Option(help: "How many are changed first, as 5 or 10%.") var first = "5%"
    @Option(help: "For how many seconds a phone may be away.") var patience = 600

    func validate() throws {
        guard (plugin == nil) != (config == nil) else { throw ValidationError("say what the phones get: --plugin or --config") }
        guard (1...86_400).contains(patience) else { throw ValidationError("--patience is a number from 1 to 86400") }
        _ = try RolloutPlan.size(first, of: 1)
    }

    func run() async throws {
        let client = try APIClient(connection)
        let change: (name: String, value: String) = plugin.map { ("plugin", $0) } ?? ("config", config ?? "")
        let filters = try [("vendor", vendor), ("model", model), ("plugin", from)].compactMap { name, value in
            try value.map { "\(name)=\(try PathSegment.encode($0))" }
        }
        let devices = try await client.all("/1.0/devices" + (filters.isEmpty ? "" : "?" + filters.joined(separator: "&")), "devices")
            .filter { $0[change.name]?.string != change.value }
        guard !devices.isEmpty else { return connection.say("no phone is to be changed") }
        let plan = RolloutPlan(devices, first: try RolloutPlan.size(first, of: devices.count))
        try confirmation.ask("\(devices.count) phones get \(change.name) \(change.value), \(plan.waves.first?.count ?? 0) of them first. Many restart for it.")
        var changed: [JSONValue] = []
        for wave in plan.waves {
            var waiting: [Waiting] = []
            for device in wave {
                waiting.append(try await begin(device, change, client))
                changed.append(device)
            }
            let missing = try await wait(for: waiting, client)
            guard missing.isEmpty else {
                try await takeBack(changed, change.name, client)
                throw APIClient.Failure(
                    description: "the rollout was halted, and \(changed.count) phones were given back what they had: \(missing.joined(separator: ", ")) did not come back within \(patience) seconds")
            }
            connection.say("\(changed.count) of \(devices.count) phones are back")
        }
    }

    /// A phone that was changed, and from where on its timeline counts.
    private struct Waiting {
        let name: String
        let path: String
        let position: Int
        let wasRegistered: Bool
    }

    private func begin(_ device: JSONValue, _ change: (name: String, value: String), _ client: APIClient) async throws -> Waiting {
        let path = "/1.0/devices/\(try PathSegment.encode(device["id"]?.string ?? ""))"
        let events = try await client.get(path + "/timeline")["events"]?.array ?? []
        _ = try await client.patch(path, .object([change.name: .string(change.value)]))
        _ = try await client.post(path + "/synchronize", [:])
        return Waiting(
            name: device["mac"]?.string ?? device["id"]?.string ?? "-", path: path, position: events.compactMap { $0["id"]?.int }.max() ?? 0,
            wasRegistered: RolloutPlan.isRegistered(events))
    }

    /// Waits until all are back.
    ///
    /// - Returns: The names of those that are not.
    private func wait(for phones: [Waiting], _ client: APIClient) async throws -> [String] {
        let progress = ProgressLine(), end = Date().addingTimeInterval(Double(patience))
        var missing = phones
        while !missing.isEmpty, Date() < end {
            var still: [Waiting] = []
            for phone in missing {
                let events = try await client.get("\(phone.path)/timeline?after=\(phone.position)")["events"]?.array ?? []
                if !RolloutPlan.isBack(events, mustRegister: phone.wasRegistered) { still.append(phone) }
            }
            missing = still
            progress.show(phones.count - missing.count, of: phones.count, "are back")
            if !missing.isEmpty { try await Task.sleep(for: .seconds(1)) }
        }
        progress.clear()
        return missing.map(\.name)
    }

    private func takeBack(_ devices: [JSONValue], _ name: String, _ client: APIClient) async throws {
        for device in devices {
            let path = "/1.0/devices/\(try PathSegment.encode(device["id"]?.string ?? ""))"
            _ = try await client.patch(path, .object([name: device[name] ?? .null]))
            _ = try await client.post(path + "/synchronize", [:])
        }
    }
}

/// Which phones are changed together, and what counts as being back.
struct RolloutPlan {
    /// The phones of each wave: those that go first, then the rest.
    let waves: [[JSONValue]]

    init(_ devices: [JSONValue], first count: Int) {
        waves = [Array(devices.prefix(count)), Array(devices.dropFirst(count))].filter { !$0.isEmpty }
    }

    /// How many a text such as `5` or `10%` means, at least one.
    static func size(_ text: String, of total: Int) throws -> Int {
        if text.hasSuffix("%"), let percent = Int(text.dropLast()), (1...100).contains(percent) { return max(1, total * percent / 100) }
        guard let count = Int(text), count >= 1 else { throw ValidationError("--first is a number, as 5, or a share, as 10%") }
        return min(count, total)
    }

    /// Whether the newest word of a timeline is that the phone is registered.
    static func isRegistered(_ events: [JSONValue]) -> Bool {
        events.last { $0["step"] == "registered" && $0["outcome"] == "done" }?["details"]?["registration"] == "began"
    }

    /// Whether a phone has fetched its configuration and, after it, registered.
    static func isBack(_ events: [JSONValue], mustRegister: Bool) -> Bool {
        guard let fetched = events.firstIndex(where: { $0["step"] == "fetched" && $0["outcome"] == "done" && $0["details"]?["sha256"] != nil }) else { return false }
        guard mustRegister else { return true }
        return events[fetched...].contains { $0["step"] == "registered" && $0["outcome"] == "done" && $0["details"]?["registration"] == "began" }
    }
}
