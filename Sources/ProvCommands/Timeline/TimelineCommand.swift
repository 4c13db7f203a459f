// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import JSONText

/// `provctl timeline`
struct TimelineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "timeline", abstract: "Show what all devices did.")

    @OptionGroup var connection: ConnectionOptions
    @Flag(help: "Go on and show what they do from now on.") var follow = false

    func run() async throws {
        let client = try APIClient(connection)
        var position = 0
        while true {
            let events = try await client.get("/1.0/timeline?after=\(position)")["events"]?.array ?? []
            for event in events {
                StandardOutput.write(connection.json ? event.text() : TimelineLine(event, showsDevice: true).text)
                position = event["id"]?.int ?? position
            }
            if events.isEmpty {
                guard follow else { return }
                try await Task.sleep(for: .milliseconds(300))
            }
        }
    }
}
