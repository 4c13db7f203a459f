// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import JSONText

/// `provctl line locks`
struct LineLocks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "locks", abstract: "List the phones and addresses of which no code is heard for a while, because too many were wrong.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let locks = try await APIClient(connection).get("/1.0/codes/locks")
        if connection.json { return print(locks.text(.indented)) }
        var table = Table(["LOCK", "ENDS IN", "TIMES"])
        for lock in locks["locks"]?.array ?? [] {
            let end: Double
            switch lock["ends"] {
            case .double(let time)?: end = time
            case .int(let time)?: end = Double(time)
            default: end = 0
            }
            let seconds = min(max(0, end - Date().timeIntervalSince1970), 1_000_000)
            let wait = seconds < 100 ? "\(Int(seconds.rounded(.up))) s" : "\(Int((seconds / 60).rounded(.up))) min"
            table.add([lock["id"]?.string ?? "-", wait, (lock["times"]?.int).map { String($0) } ?? "-"])
        }
        connection.show(table)
    }
}

/// `provctl line unlock`
struct LineUnlock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "Lift locks after wrong codes. The audit log says who did it.",
        discussion: "“provctl line locks” names the locks.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The locks' names, as device-…, source-192.0.2.7 or all.") var locks: [String] = []
    @Flag(name: .customLong("every"), help: "All locks that there are.") var isEvery = false

    func run() async throws {
        let client = try APIClient(connection)
        var names = locks
        if isEvery { names += try await client.get("/1.0/codes/locks")["locks"]?.array?.compactMap { $0["id"]?.string } ?? [] }
        guard isEvery || !names.isEmpty else { throw ValidationError("name a lock, or --every") }
        for name in names {
            try await client.delete("/1.0/codes/locks/\(try PathSegment.encode(name))")
            connection.say("the lock \(name) was lifted")
        }
        if names.isEmpty { connection.say("nothing is locked") }
    }
}
