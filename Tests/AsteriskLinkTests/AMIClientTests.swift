// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import Foundation
import NIOCore
import NIOPosix
import NetTypes
import ProvModel
import Provisioning
import Testing

@testable import AsteriskLink

@Suite("Phones that are registered at Asterisk")
struct AMIClientTests {
    private func connected(
        secret: String = FakeAsterisk.secret, to asterisk: FakeAsterisk, registrationChanged: @escaping @Sendable (AMIClient.RegistrationChange) async -> Void = { _ in },
        _ body: (AMIClient) async throws -> Void
    ) async throws {
        try await asterisk.serve { port in
            let client = AMIClient(
                .init(host: "127.0.0.1", port: port, username: "provd", secret: secret), logger: Site.silent, registrationChanged: registrationChanged)
            try await withThrowingTaskGroup { group in
                group.addTask { try await client.run() }
                try await body(client)
                group.cancelAll()
            }
        }
    }

    @Test("A registered phone is told by its endpoint")
    func byEndpoint() async throws {
        let asterisk = FakeAsterisk()
        asterisk.register("101", at: "sip:101@10.77.0.11:5062")
        try await connected(to: asterisk) { client in
            try await eventually { await client.isRegistered("101") == true }
            let notifier = AsteriskNotifier(client)
            #expect(await notifier.notify(.account("101"), NotifyInstruction(event: "check-sync;reboot=true")) == .sent)
            #expect(asterisk.actions("PJSIPNotify") == [["Endpoint: 101", "Variable: Event=check-sync;reboot=true"]])
        }
    }

    @Test("A body goes line by line, without the Call-ID that Asterisk alone knows")
    func body() async throws {
        let asterisk = FakeAsterisk()
        asterisk.register("101", at: "sip:101@10.77.0.11:5062")
        try await connected(to: asterisk) { client in
            try await eventually { await client.isRegistered("101") == true }
            let instruction = NotifyInstruction(event: "service-control", lines: ["action=restart", "RegisterCallId={$call_id}", #"a,"b\""#])
            #expect(await AsteriskNotifier(client).notify(.account("101"), instruction) == .sent)
            #expect(
                asterisk.actions("PJSIPNotify") == [
                    [
                        "Endpoint: 101", "Variable: Event=service-control", "Variable: Content-Type=text/plain", "Variable: Content=action=restart",
                        "Variable: Content=RegisterCallId={}", #"Variable: Content=a\,\"b\\\""#,
                    ]
                ])
        }
    }

    @Test("A phone that is not registered is not told: Asterisk would say that it was")
    func notRegistered() async throws {
        let asterisk = FakeAsterisk()
        try await connected(to: asterisk) { client in
            try await eventually { await client.isRegistered("101") == false }
            #expect(await AsteriskNotifier(client).notify(.account("101"), NotifyInstruction(event: "check-sync")) == .notRegistered)
            #expect(asterisk.actions("PJSIPNotify").isEmpty)
        }
    }

    @Test("A phone at an address is told by URI")
    func byURI() async throws {
        let asterisk = FakeAsterisk()
        try await connected(to: asterisk) { client in
            try await eventually { await client.isConnected }
            let address = try #require(IPAddress("fd00::7"))
            #expect(await AsteriskNotifier(client).notify(.address(address), NotifyInstruction(event: "check-sync")) == .sent)
            #expect(asterisk.actions("PJSIPNotify") == [["URI: sip:anonymous@[fd00::7]", "Variable: Event=check-sync"]])
        }
    }

    @Test("An endpoint that Asterisk does not have is left to others")
    func unknownEndpoint() async throws {
        let asterisk = FakeAsterisk()
        asterisk.register("nosuch", at: "sip:x@10.77.0.11")
        try await connected(to: asterisk) { client in
            try await eventually { await client.isRegistered("nosuch") == true }
            #expect(await AsteriskNotifier(client).notify(.account("nosuch"), NotifyInstruction(event: "check-sync")) == .notRegistered)
        }
    }

    @Test("Registrations are told as they begin, go on and end")
    func registrations() async throws {
        let asterisk = FakeAsterisk()
        let told = Told<String>()
        asterisk.register("101", at: "sip:101@10.77.0.11:5062")
        try await connected(to: asterisk, registrationChanged: { told.note("\($0.endpoint) \($0.kind) \($0.uri)") }) { client in
            // Who was there before was there: that is no news.
            try await eventually { told.all == ["101 continued sip:101@10.77.0.11:5062"] }
            asterisk.register("102", at: "sip:102@10.77.0.12:5062")
            try await eventually { told.all.last == "102 began sip:102@10.77.0.12:5062" }
            asterisk.unregister("102")
            try await eventually { told.all.last == "102 ended sip:102@10.77.0.12:5062" }
            // After a NOTIFY it is looked whether the phone registered anew.
            _ = await AsteriskNotifier(client).notify(.account("101"), NotifyInstruction(event: "check-sync"))
            asterisk.prolong("101")
            try await eventually { told.all.last == "101 continued sip:101@10.77.0.11:5062" && told.all.count == 4 }
        }
    }

    @Test("A connection that does not come about holds up nobody who shuts down", .timeLimit(.minutes(10)))
    func givenUp() async throws {
        // Nothing is accepted, and one connection fills the queue: the system leaves another one without an answer.
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 0).serverChannelOption(.autoRead, value: false).bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        let first = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: "127.0.0.1", port: port).get()
        var configuration = AMIClient.Configuration(host: "127.0.0.1", port: port, username: "provd", secret: FakeAsterisk.secret)
        configuration.connectTime = .hours(1)
        let client = AMIClient(configuration, logger: Site.silent)
        try await withThrowingTaskGroup { group in
            group.addTask { try await client.run() }
            // Where the system answers all the same, there is nothing to wait for.
            for _ in 0..<300 where !Self.isConnecting(to: port) { try await Task.sleep(for: .milliseconds(10)) }
            group.cancelAll()
        }
        try await first.close()
        try await listener.close()
    }

    /// Whether a connection to a port of this machine has begun and was not answered (state SYN_SENT).
    private static func isConnecting(to port: Int) -> Bool {
        let remote = "0100007F:" + String(String(port + 0x10000, radix: 16).dropFirst()).uppercased()
        let table = (try? String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)) ?? ""
        return table.split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            return fields.count > 3 && fields[2] == remote && fields[3] == "02"
        }
    }

    @Test("A connection that is lost comes back, and what was missed is learnt then")
    func reconnect() async throws {
        let asterisk = FakeAsterisk()
        asterisk.register("101", at: "sip:101@10.77.0.11")
        try await connected(to: asterisk) { client in
            try await eventually { await client.isRegistered("101") == true }
            asterisk.hangUp()
            try await eventually { await !client.isConnected }
            asterisk.unregister("101")
            try await eventually { await client.isRegistered("101") == false }
            #expect(asterisk.logins == 2)
        }
    }

    @Test("A wrong secret keeps it out, and phones are then not told")
    func wrongSecret() async throws {
        let asterisk = FakeAsterisk()
        try await connected(secret: "wrong", to: asterisk) { client in
            guard case .failed(let reason) = await AsteriskNotifier(client).notify(.account("101"), NotifyInstruction(event: "check-sync")) else {
                Issue.record("it was told")
                return
            }
            #expect(reason.contains("does not answer"))
            #expect(asterisk.logins == 0)
        }
    }

    @Test("Whoever asks when the connection has ended for good, or waits then, is not kept waiting")
    func ended() async throws {
        let client = AMIClient(.init(host: "127.0.0.1", port: 1, username: "provd", secret: "secret"), logger: Site.silent)
        let running = Task { try await client.run() }
        async let waiting = AsteriskNotifier(client).notify(.account("101"), NotifyInstruction(event: "check-sync"))
        running.cancel()
        _ = await running.result
        let later = await AsteriskNotifier(client).notify(.account("101"), NotifyInstruction(event: "check-sync"))
        for result in [await waiting, later] {
            #expect(result == .failed("Asterisk's manager interface does not answer; provd's log says why"))
        }
    }

    @Test("The generated configuration is loaded: endpoints, then the dialplan")
    func reload() async throws {
        let asterisk = FakeAsterisk()
        try await connected(to: asterisk) { client in
            try await eventually { await client.isConnected }
            #expect(await client.reloadConfiguration() == nil)
            #expect(asterisk.actions("Reload") == [["Module: res_pjsip.so"], ["Module: pbx_config.so"]])
        }
    }

    @Test("A registration at Asterisk is on the timeline of the account's device")
    func timeline() async throws {
        let site = try await Site()
        let accounts = PhoneAccounts(site.appliance)
        let asterisk = FakeAsterisk()
        try await connected(to: asterisk, registrationChanged: { await accounts.registered($0) }) { client in
            try await eventually { await client.isConnected }
            asterisk.register(site.account.username, at: "sip:\(site.account.username)@10.77.0.12:5064;transport=TCP;ob")
            try await eventually {
                await site.appliance.journal.flush()
                return try await site.store.timeline(of: site.phone, after: 0, limit: 10).map(\.text)
                    == ["registered at Asterisk with its autoprov account over TCP from 10.77.0.12"]
            }
        }
    }
}

@Suite("Several ways to a phone")
struct PhoneNotifiersTests {
    private struct Way: PhoneNotifier {
        let result: NotifyResult
        func notify(_ target: NotifyTarget, _ instruction: NotifyInstruction) async -> NotifyResult { result }
    }

    @Test(
        "The first that knows the phone decides, and its reason is told",
        arguments: [
            ([.notRegistered, .sent], .sent), ([.answered(status: 200), .failed("x")], .answered(status: 200)),
            ([.noAnswer, .notRegistered], .noAnswer), ([.notRegistered, .failed("x")], .failed("x")), ([.notRegistered, .notRegistered], .notRegistered),
            ([.answered(status: 489), .sent], .sent), ([.noAnswer, .failed("x")], .noAnswer), ([], .notRegistered),
        ] as [([NotifyResult], NotifyResult)])
    func order(results: [NotifyResult], result: NotifyResult) async {
        #expect(await PhoneNotifiers(results.map(Way.init)).notify(.account("101"), NotifyInstruction(event: "check-sync")) == result)
    }
}
