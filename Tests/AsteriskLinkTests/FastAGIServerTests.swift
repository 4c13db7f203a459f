// SPDX-License-Identifier: GPL-3.0-or-later

import AsteriskLink
import DeviceStorage
import JSONText
import NetTypes
import NIOCore
import NIOPosix
import ProvModel
import Provisioning
import Testing

/// An Asterisk that runs `AGI(agi://…)` and keeps what it is told.
private struct Dialplan {
    let port: Int

    /// Sends a request, answers each command as the Asterisk of the recording did, and gives back the commands.
    func run(
        script: String = "provision", channel: String = "PJSIP/102-00000000", _ arguments: [String], hangsUp: Bool = false
    ) async throws -> [String] {
        var request = ["agi_network: yes", "agi_network_script: \(script)", "agi_request: agi://127.0.0.1/\(script)", "agi_channel: \(channel)"]
        for (index, argument) in arguments.enumerated() { request.append("agi_arg_\(index + 1): \(argument)") }
        let text = request.map { "\($0)\n" }.joined() + "\n" + (hangsUp ? "HANGUP\n" : "")
        return try await raw(text)
    }

    /// Sends bytes and answers whatever comes back.
    func raw(_ text: String) async throws -> [String] {
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
        }
        return try await connection.executeThenClose { inbound, outbound in
            try? await outbound.write(ByteBuffer(string: text))
            var said = "", answered = 0
            do {
                for try await bytes in inbound {
                    said += String(buffer: bytes)
                    let lines = said.filter { $0 == "\n" }.count
                    for _ in answered..<lines { try? await outbound.write(ByteBuffer(string: "200 result=1\n")) }
                    answered = lines
                }
            } catch {
                // The server may close before everything that it was sent was read.
            }
            return said.split(separator: "\n").map(String.init)
        }
    }
}

@Suite("Codes that Asterisk asks about")
struct FastAGIServerTests {
    private func serving(
        _ site: Site, peers: Set<IPAddress>? = nil, sounds: @escaping PhoneSounds = { _, _ in [] }, _ body: (Dialplan, Told<DeviceID>) async throws -> Void
    ) async throws {
        let loopback = try #require(IPAddress("127.0.0.1"))
        var configuration = FastAGIServer.Configuration(host: "127.0.0.1", port: 0, peers: peers ?? [loopback])
        configuration.announcementTime = .zero
        let told = Told<DeviceID>()
        let (ports, port) = AsyncStream<Int>.makeStream()
        let server = FastAGIServer(
            configuration, dialling: site.dialling, sounds: sounds, logger: Site.silent, becameSomebodys: { told.note($0) }, onListening: { port.yield($0) })
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            for await number in ports {
                try await body(Dialplan(port: number), told)
                break
            }
            group.cancelAll()
        }
    }

    @Test("A code makes the phone at the address its line's, as wazo-agid's script does")
    func byAddress() async throws {
        let site = try await Site()
        try await serving(site) { dialplan, told in
            let said = try await dialplan.run(["123456", "10.77.0.12:5064"])
            #expect(said == ["SET VARIABLE WAZO_PROV_OK \"1\"", "SET VARIABLE PROV_REASON \"assigned\"", "SET VARIABLE PROV_NUMBER \"101\""])
            try await eventually { told.all == [site.phone] }
            #expect(try await site.store.lines(on: site.phone).map(\.number) == ["101"])
        }
    }

    @Test("The account tells the phone, whatever address it has: phones behind one NAT are told apart")
    func byAccount() async throws {
        let site = try await Site()
        try await serving(site) { dialplan, _ in
            let said = try await dialplan.run(channel: "PJSIP/\(site.account.username)-0000002a", ["123456", "192.0.2.1:40000"])
            #expect(said.first == "SET VARIABLE WAZO_PROV_OK \"1\"")
            #expect(try await site.store.lines(on: site.phone).count == 1)
        }
    }

    @Test(
        "A refusal has a word for its reason and no success",
        arguments: [
            (["000000", "10.77.0.12"], "unknown_code"), (["123456", "10.77.0.99"], "unknown_device"), (["123456", "10.77.0.13:5060"], "several_devices"),
            (["123456"], "unknown_device"), (["12\"3\\", "10.77.0.12"], "unknown_code"), ([], "no_code"), (["autoprov", "10.77.0.12", "1"], "wrong_pin"),
        ])
    func refusals(arguments: [String], reason: String) async throws {
        let site = try await Site(pin: "2468")
        try await serving(site) { dialplan, told in
            let said = try await dialplan.run(arguments)
            #expect(said.first == "SET VARIABLE PROV_REASON \"\(reason)\"")
            #expect(!said.contains { $0.contains("WAZO_PROV_OK") })
            #expect(told.all.isEmpty)
        }
    }

    @Test("A line on another phone moves once the caller has agreed")
    func move() async throws {
        let site = try await Site()
        try await serving(site) { dialplan, told in
            _ = try await dialplan.run(["123456", "10.77.0.12"])
            try await site.store.transaction { transaction in
                guard var other = try transaction.device(DeviceID(stored: "phone-2")) else { return }
                other.document["ip"] = "10.77.0.14"
                try transaction.save(other)
            }
            let asked = try await dialplan.run(["123456", "10.77.0.14"])
            #expect(asked == ["SET VARIABLE PROV_REASON \"confirm_move\"", "SET VARIABLE PROV_NUMBER \"101\""])
            let said = try await dialplan.run(["123456", "10.77.0.14", "move"])
            #expect(said.contains("SET VARIABLE PROV_REASON \"moved\""))
            try await eventually { Set(told.all.suffix(2)) == [site.phone, DeviceID(stored: "phone-2")] }
        }
    }

    @Test("The word autoprov resets the phone, with or without the PIN being provd's to ask for")
    func reset() async throws {
        let site = try await Site(pin: "2468")
        try await serving(site) { dialplan, _ in
            for more in [[], ["2468"]] {
                _ = try await dialplan.run(["123456", "10.77.0.12"])
                let said = try await dialplan.run(["autoprov", "10.77.0.12"] + more)
                #expect(said == ["SET VARIABLE WAZO_PROV_OK \"1\"", "SET VARIABLE PROV_REASON \"reset\""])
                #expect(try await site.store.lines(on: site.phone).isEmpty)
            }
        }
    }

    @Test("The PIN of a reset is that before the x of a generated dialplan, and an empty one is wrong", arguments: [
        ("2468x", "reset"), ("2468", "reset"), ("x", "wrong_pin"), ("", "wrong_pin"), ("2468xx", "wrong_pin"), ("1x", "wrong_pin"),
    ])
    func resetPIN(argument: String, reason: String) async throws {
        let site = try await Site(pin: "2468")
        try await serving(site) { dialplan, _ in
            _ = try await dialplan.run(["123456", "10.77.0.12"])
            let said = try await dialplan.run(["autoprov", "10.77.0.12", argument])
            #expect(said.contains("SET VARIABLE PROV_REASON \"\(reason)\""))
            #expect(try await site.store.lines(on: site.phone).isEmpty == (reason == "reset"))
        }
    }

    @Test("Somebody logs in on another's phone, and out again")
    func desk() async throws {
        let site = try await Site()
        let tenant = try #require(try await site.store.lines().first?.tenant)
        _ = try await LineBook(site.appliance, scope: TenantScope(tenant)).add(
            .init(number: "103", displayName: "Bob Dupont", provisioningCode: "654321"))
        func numbers() async throws -> [String] { try await site.store.lines(on: site.phone).map(\.number) }
        try await serving(site) { dialplan, told in
            _ = try await dialplan.run(["123456", "10.77.0.12"])
            let wrong = try await dialplan.run(script: "login", ["999999", "10.77.0.12"])
            #expect(wrong == ["SET VARIABLE PROV_REASON \"unknown_code\""])
            let login = try await dialplan.run(script: "login", channel: "PJSIP/101-00000001", ["654321", "192.0.2.1"])
            #expect(login == ["SET VARIABLE WAZO_PROV_OK \"1\"", "SET VARIABLE PROV_REASON \"logged_in\"", "SET VARIABLE PROV_NUMBER \"103\""])
            let guest = try await numbers()
            #expect(guest == ["103"])
            let logout = try await dialplan.run(script: "logout", channel: "PJSIP/103-00000002", ["", "192.0.2.1"])
            #expect(logout == ["SET VARIABLE WAZO_PROV_OK \"1\"", "SET VARIABLE PROV_REASON \"logged_out\""])
            let own = try await numbers()
            #expect(own == ["101"])
            let again = try await dialplan.run(script: "logout", ["", "10.77.0.12"])
            #expect(again == ["SET VARIABLE PROV_REASON \"not_logged_in\""])
            try await eventually { told.all.count == 3 }
        }
    }

    @Test("What callers are told is named as sound files, with the phone that they hold, and what they are asked for too")
    func sounds() async throws {
        let site = try await Site()
        let sounds: PhoneSounds = { speech, device in
            switch speech {
            case .outcome(let outcome): ["provd/en/\(outcome.reason)", "provd/en/\(device?.description ?? "none")"]
            case .prompt(let prompt): ["provd/en/\(prompt.rawValue)", "provd/en/\(device?.description ?? "none")"]
            }
        }
        try await serving(site, sounds: sounds) { dialplan, _ in
            let asked = try await dialplan.run(script: "prompt", ["enter_pin", "10.77.0.12"])
            #expect(asked == ["SET VARIABLE PROV_SAY \"provd/en/enter_pin&provd/en/phone-1\""])
            let wrong = try await dialplan.run(["000000", "10.77.0.12"])
            #expect(wrong.last == "SET VARIABLE PROV_SAY \"provd/en/unknown_code&provd/en/phone-1\"")
            let stranger = try await dialplan.run(["123456", "10.77.0.99"])
            #expect(stranger.last == "SET VARIABLE PROV_SAY \"provd/en/unknown_device&provd/en/none\"")
            let said = try await dialplan.run(["123456", "10.77.0.12"])
            #expect(said.last == "SET VARIABLE PROV_SAY \"provd/en/assigned&provd/en/phone-1\"")
            let unknown = try await dialplan.run(script: "prompt", ["x", "10.77.0.12"])
            #expect(unknown.first?.hasPrefix("VERBOSE") == true)
        }
    }

    @Test("More sound files than Asterisk reads in one command are not named at all")
    func manySounds() async throws {
        let site = try await Site()
        try await serving(site, sounds: { _, _ in Array(repeating: "provd/en/this-phone", count: 200) }) { dialplan, _ in
            let said = try await dialplan.run(["000000", "10.77.0.12"])
            #expect(said == ["SET VARIABLE PROV_REASON \"unknown_code\""])
        }
    }

    @Test("Another script is refused with the names of those that there are")
    func otherScript() async throws {
        try await serving(try await Site()) { dialplan, _ in
            let said = try await dialplan.run(script: "incoming_user_set_features", [])
            #expect(said.first == "SET VARIABLE PROV_REASON \"unknown_script\"")
            #expect(said.last?.contains("provision") == true)
        }
    }

    @Test("A caller who hangs up meanwhile has the line all the same")
    func hangup() async throws {
        let site = try await Site()
        try await serving(site) { dialplan, told in
            _ = try await dialplan.run(["123456", "10.77.0.12"], hangsUp: true)
            try await eventually { told.all == [site.phone] }
        }
    }

    @Test("Who is no peer is not heard")
    func strangers() async throws {
        let site = try await Site()
        let elsewhere = try #require(IPAddress("10.77.0.2"))
        try await serving(site, peers: [elsewhere]) { dialplan, _ in
            let said = try await dialplan.run(["123456", "10.77.0.12"])
            #expect(said.isEmpty)
            let lines = try await site.store.lines(on: site.phone)
            #expect(lines.isEmpty)
        }
    }

    @Test("Garbage ends its own session and no other", arguments: ["GET / HTTP/1.1\r\n\r\n", "\n", "\n\n\n", "agi_a\n", "\u{0}\u{1}\u{2}\n"])
    func garbage(text: String) async throws {
        let site = try await Site()
        try await serving(site) { dialplan, _ in
            _ = try await dialplan.raw(text)
            #expect(try await dialplan.run(["123456", "10.77.0.12"]).count == 3)
        }
    }
}
