// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import JSONText
import NetTypes
import ProvModel
import Testing

@testable import Provisioning

@Suite("The next expected step")
struct NextStepTests {
    private let source = IPAddress.v4(IPv4Address(10, 77, 0, 11))

    private func next(_ test: TestAppliance) async throws -> NextStep {
        await test.appliance.journal.flush()
        let device = try await test.device()
        return NextStep.of(
            device, lines: try await test.store.lines(on: device.id),
            events: try await test.store.timeline(of: device.id, after: 0, limit: 1_000))
    }

    @Test("From the first DHCP packet to a working line each step names the one that follows")
    func wholePath() async throws {
        let test = try await TestAppliance()
        var observation = DHCPObservation(observer: .sniffer, time: 1, type: .discover, mac: try #require(MACAddress("00:15:65:0a:bb:cc")))
        observation.recognition = .init(vendor: "Yealink", model: "T46S", basis: "sample")
        try await test.dhcp.take(observation)
        #expect(try await next(test).text.hasPrefix("it is given an address by DHCP"))
        observation.type = .ack
        observation.ip = IPv4Address(10, 77, 0, 11)
        try await test.dhcp.take(observation)
        #expect(try await next(test).text.hasPrefix("it asks for its configuration"))
        _ = try await test.yealink()
        #expect(try await next(test).text.hasPrefix("it registers with its autoprov account"))
        let username = try #require(try await test.device().remoteStateSIPUsername)
        let account = try #require(try await test.accounts.account(username: username))
        await test.accounts.registered(account, .began, from: source, transport: "UDP")
        #expect(try await next(test).text.hasPrefix("somebody dials a provisioning code on it"))

        _ = try await test.lines.add(.init(number: "101", displayName: "Alice", provisioningCode: "123456"))
        _ = await test.dialling.dial("123456", from: try await test.device().id, source: source)
        #expect(try await next(test).text.hasPrefix("it fetches the configuration of Alice, number 101"))
        _ = try await test.yealink()
        #expect(try await next(test).text.hasPrefix("it registers with the line of Alice"))
        let line = try #require(try await test.accounts.account(username: "101"))
        await test.accounts.registered(line, .began, from: source, transport: "UDP")
        #expect(try await next(test).isArrived)
        await test.accounts.registered(line, .ended, from: source, transport: "UDP")
        #expect(try await !next(test).isArrived)
    }

    @Test("A file that was refused is what to look at first; a file that the phone can do without is not")
    func refused() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        _ = try await test.yealink("/y000000000066.boot")
        #expect(try await next(test).text.hasPrefix("it registers"))
        _ = try await test.yealink(from: "10.77.0.66")
        #expect(try await next(test).text.contains("10.77.0.66"))
    }

    @Test("A phone whose line registers at a PBX that tells nothing has arrived when it has its configuration")
    func elsewhere() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        _ = try await test.lines.add(
            .init(number: "101", displayName: "Alice", provisioningCode: "424242", server: SIPServer(host: "pbx.example")))
        _ = await test.dialling.dial("424242", from: try await test.device().id, source: source)
        let book = DeviceBook(test.appliance, scope: TenantScope(test.tenant))
        #expect(try await book.nextStep(of: try await test.device()).text.hasPrefix("it fetches the configuration of Alice"))
        _ = try await test.yealink()
        await test.appliance.journal.flush()
        let step = try await book.nextStep(of: try await test.device())
        #expect(step.isArrived && step.text.contains("registers at pbx.example, which provd cannot see"))
        let device = try await test.device()
        let progress = try await book.progress(of: [device], lines: try await test.store.lines(on: device.id))
        #expect(progress[device.id]?.next == step && progress[device.id]?.stage == .owned)
    }
}
