// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import SIPOnboarding
import SIPWire
import Testing

/// A phone that somebody else wrote.
@Suite("sipp", .enabled(if: Sipp.path != nil, "sipp is not installed: apt-get install sip-tester"), .timeLimit(.minutes(10)))
struct SippTests {
    @Test("registers over UDP and TCP, dials a code, and answers check-sync", arguments: [SIPTransport.udp, .tcp])
    func phone(transport: SIPTransport) async throws {
        // sipp looks at the first challenge only, and knows MD5.
        try await withEndpoint { configuration in
            configuration.digestAlgorithms = [.md5]
        } _: { endpoint, decisions, address in
            var events = decisions.events.makeAsyncIterator()
            // Over UDP the phone stays, so that it can be notified where it registered.
            let stay = transport == .udp ? ["-oocsf", Sipp.scenario("notified"), "-sf", Sipp.scenario("stay"), "-d", "60000"] : ["-sf", Sipp.scenario("register")]
            let phone = try Sipp(address, transport, ["-s", "ap1"] + stay)
            defer { phone.stop() }
            #expect(await events.next() == .registered(.first, transport))
            if transport == .udp {
                let outcome = await endpoint.notify(account: "ap1", SIPNotification(event: "check-sync"))
                #expect(outcome == .answered(statusCode: 200, reason: "OK"))
            } else {
                #expect(await phone.exitStatus() == 0)
            }
            let call = try Sipp(address, transport, ["-s", "1234", "-sf", Sipp.scenario("call")])
            #expect(await call.exitStatus() == 0)
            #expect(await events.next() == .dialled("1234"))
            #expect(await events.next() == .ended(.hungUpByServer))
        }
    }
}

/// One run of sipp.
struct Sipp {
    static let path = ["/usr/bin/sipp", "/usr/local/bin/sipp"].first { FileManager.default.isExecutableFile(atPath: $0) }

    static func scenario(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scenarios/\(name).xml").path
    }

    private let process = Process()
    private let exits: AsyncStream<Int32>

    /// Starts one call of a scenario as account ap1.
    init(_ server: SIPAddress, _ transport: SIPTransport, _ arguments: [String]) throws {
        let (exits, exit) = AsyncStream<Int32>.makeStream()
        self.exits = exits
        process.executableURL = URL(filePath: Self.path ?? "/usr/bin/sipp")
        process.arguments =
            arguments + [
                "-au", "ap1", "-ap", "s3cret", "-i", "127.0.0.1", "-m", "1", "-nostdin", "-t", transport == .udp ? "u1" : "t1", "\(server)",
            ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.terminationHandler = { exit.yield($0.terminationStatus) }
        try process.run()
    }

    /// Waits for the end, without holding a thread that the endpoint needs.
    func exitStatus() async -> Int32? {
        await exits.first { _ in true }
    }

    func stop() {
        process.terminate()
    }
}
