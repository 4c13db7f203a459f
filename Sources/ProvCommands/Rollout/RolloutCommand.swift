// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import JSONText

/// `provctl rollout`: a change for some devices first, and for the rest when those have come back.
struct RolloutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout", abstract: "Change the plugin, config or template of many phones, some of them first; go on when they are back, else take it back.",
        discussion: """
            A plugin is made for one level of firmware: with another plugin the phones get another firmware. A phone is back when what it \
            fetched after the change is what it should have now, compared octet by octet by its hash, and when, if it was registered before, \
            it has registered again after that. If one is not back in time the rollout halts, and every phone that was changed gets what it \
            had before. Exit codes as of all commands; 1 also for a rollout that was halted.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var confirmation: Confirmation
    @Option(help: "The plugin that the phones get.") var plugin: String?
    @Option(help: "The config that the phones get.") var config: String?
    @Option(help: "The template (configdevice) from which the configs of phones with lines inherit.") var template: String?
    @Option(help: "Only phones of this manufacturer.") var vendor: String?
    @Option(help: "Only phones of this model.") var model: String?
    @Option(help: "Only phones that this plugin serves now.") var from: String?
    @Option(help: "The firmware that a phone must say it runs to be back, or how its name begins.") var firmware: String?
    @Option(help: "How many are changed first, as 5 or 10%.") var first = "5%"
    @Option(help: "For how many seconds a phone may be away.") var patience = 600

    func validate() throws {
        _ = try change()
        guard (1...86_400).contains(patience) else { throw ValidationError("--patience is a number from 1 to 86400") }
        _ = try RolloutPlan.size(first, of: 1)
    }

    private func change() throws -> RolloutChange {
        let changes = [plugin.map(RolloutChange.plugin), config.map(RolloutChange.config), template.map(RolloutChange.template)].compactMap(\.self)
        guard changes.count == 1, let change = changes.first else {
            throw ValidationError("say what the phones get: one of --plugin, --config and --template")
        }
        return change
    }

    func run() async throws {
        let client = try APIClient(connection), change = try change()
        var candidates: [(device: JSONValue, step: RolloutChange.Step)] = []
        for device in try await devices(client) {
            if let step = try change.step(for: device, config: try await ownConfig(of: device, change, client)) { candidates.append((device, step)) }
        }
        guard !candidates.isEmpty else {
            if connection.json { print((["changed": 0, "back": 0, "halted": false] as JSONValue).text(.indented)) }
            return connection.say("no phone is to be changed")
        }
        let steps = Dictionary(candidates.map { ($0.device["id"]?.string ?? "", $0.step) }) { first, _ in first }
        let plan = RolloutPlan(candidates.map(\.device), first: try RolloutPlan.size(first, of: candidates.count))
        try confirmation.ask("\(candidates.count) phones get \(change.words), \(plan.waves.first?.count ?? 0) of them first. Many restart for it.")
        var rollout = Rollout(client: client, steps: steps, firmware: firmware, patience: patience)
        let failure: APIClient.Failure?
        do {
            for wave in plan.waves {
                try await rollout.perform(wave)
                connection.say("\(rollout.changed.count) of \(candidates.count) phones are back")
            }
            failure = nil
        } catch let error as APIClient.Failure {
            failure = await rollout.takeBack(because: error)
        }
        if connection.json {
            print((["changed": .int(rollout.changed.count), "back": .int(rollout.backCount), "halted": .bool(failure != nil)] as JSONValue).text(.indented))
        }
        if let failure { throw failure }
    }

    private func devices(_ client: APIClient) async throws -> [JSONValue] {
        let filters = try [("vendor", vendor), ("model", model), ("plugin", from)].compactMap { name, value in
            try value.map { "\(name)=\(try PathSegment.encode($0))" }
        }
        return try await client.all("/1.0/devices" + (filters.isEmpty ? "" : "?" + filters.joined(separator: "&")), "devices")
    }

    /// The phone's config, where the change is made there.
    private func ownConfig(of device: JSONValue, _ change: RolloutChange, _ client: APIClient) async throws -> JSONValue? {
        guard case .template = change, let id = device["id"]?.string, device["config"]?.string == id else { return nil }
        return try await client.get("/1.0/configs/\(try PathSegment.encode(id))")
    }
}
