// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import JSONText

/// `provctl enrolment`
struct EnrolmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enrolment", abstract: "Let phones whose DHCP was not seen fetch files with credentials, for a while.",
        discussion: """
            While enrolment is open, the first address that asks for a phone's file is tied to the phone: watch the timeline in that time. \
            It is open for files.enrolment_hours after the first start of provd. With --tenant it counts for the phones of that tenant only.
            """,
        subcommands: [EnrolmentOpen.self, EnrolmentClose.self])

    /// The tenant that is asked about, or the one above all others.
    fileprivate static func tenant(_ named: String?, _ client: APIClient) async throws -> String {
        if let named { return named }
        let tenants = try await client.get("/1.0/tenants")["tenants"]?.array ?? []
        let uuids = Set(tenants.compactMap { $0["uuid"]?.string })
        // A token of a tenant does not see what is above it.
        let top = tenants.first { tenant in
            guard let parent = tenant["parent_uuid"]?.string, parent != tenant["uuid"]?.string else { return true }
            return !uuids.contains(parent)
        }
        guard let uuid = top?["uuid"]?.string else { throw APIClient.Failure(description: "there is no tenant that this token may change: name one with --tenant") }
        return uuid
    }

    fileprivate static func end(_ time: Double, _ tenant: String, _ client: APIClient) async throws -> JSONValue {
        try await client.patch("/1.0/tenants/\(try PathSegment.encode(tenant))", ["enrolment_ends": .double(time.rounded())])
    }
}

/// `provctl enrolment open`
struct EnrolmentOpen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "open", abstract: "Open enrolment, from now on.")

    @OptionGroup var connection: ConnectionOptions
    @Option(help: "For how many hours, up to 8760.") var hours = 1.0

    func validate() throws {
        guard hours > 0, hours <= 8_760 else { throw ValidationError("--hours is more than 0, and 8760 at the most") }
    }

    func run() async throws {
        let client = try APIClient(connection), end = Date().timeIntervalSince1970 + hours * 3_600
        let changed = try await EnrolmentCommand.end(end, try await EnrolmentCommand.tenant(connection.tenant, client), client)
        if connection.json { return print(changed.text(.indented)) }
        connection.say("enrolment is open until \(Clock.moment(.double(end)) ?? "then"): whoever asks first for a phone's file gets it")
    }
}

/// `provctl enrolment close`
struct EnrolmentClose: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "close", abstract: "Close enrolment now.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let client = try APIClient(connection)
        let changed = try await EnrolmentCommand.end(Date().timeIntervalSince1970, try await EnrolmentCommand.tenant(connection.tenant, client), client)
        if connection.json { return print(changed.text(.indented)) }
        connection.say("enrolment is closed; phones that are tied to an address go on")
    }
}
