// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPSniffing
import DHCPWire
import NetTypes
import PacketCapture
import ProvModel
import Testing

@Suite("The sniffer")
struct SnifferTests {
    private func run(_ sources: [Sniffer.Source], _ recorder: Recorder) async throws {
        let sniffer = Sniffer(sources: sources, recogniser: FakeRecogniser(), sinks: [recorder]) { recorder.say($0) }
        try await sniffer.run()
    }

    @Test("A real capture: phones take leases, tags, double tags and fragments pass")
    func realCapture() async throws {
        let recorder = Recorder()
        try await run([Sniffer.Source(try CaptureFile(path: fixturePath("phones.pcap")), interface: nil)], recorder)
        let udhcpc = recorder.observations.filter { $0.mac.description == "00:15:65:00:00:01" }
        #expect(udhcpc.map(\.type) == [.discover, .offer, .request, .ack])
        #expect(udhcpc.last?.ip == IPv4Address("10.77.0.61"))
        #expect(udhcpc.last?.provisioningOptions == [43, 66] || udhcpc.last?.provisioningOptions == [66, 43])
        let dhclient = recorder.observations.filter { $0.mac.description == "00:15:65:00:00:02" }
        #expect(dhclient.map(\.type) == [.discover, .offer, .request, .ack])
        #expect(dhclient.first?.userClass == "sip-t46")
        let special = recorder.observations.filter { $0.mac.description == "00:15:65:00:00:03" && $0.type == .discover }
        #expect(special.map(\.vendorClass) == (1...6).map { "snom-\($0)" })
        #expect(special.map(\.vlan) == [nil, 100, 100, nil, 102, 9])
        #expect(recorder.sentences.count == 1 && recorder.sentences[0].contains("DHCP messages"))
    }

    @Test("One source that fails does not end the others, and its error is thrown at the end")
    func failingSource() async throws {
        let recorder = Recorder()
        let failing = FakeSource(name: "eth0", [], failure: CaptureError(.noSuchInterface, "eth0 went away"))
        let working = FakeSource(name: "eth1", [[try frame(.bootRequest, .discover)], [try frame(.bootReply, .ack)]])
        let error = await #expect(throws: CaptureError.self) {
            try await run([Sniffer.Source(failing, interface: "eth0"), Sniffer.Source(working, interface: "eth1")], recorder)
        }
        #expect(error?.message == "eth0 went away")
        #expect(recorder.sentences.contains("eth0 went away"))
        #expect(recorder.observations.map(\.type) == [.discover, .ack])
        #expect(recorder.observations.map(\.interface) == ["eth1", "eth1"])
    }

    @Test("Broken frames and lost frames are told once a minute, not per frame")
    func warnings() async throws {
        let recorder = Recorder()
        let batches = try (0..<10).map { step in
            var broken = try frame(.bootRequest, .discover, time: Double(step) * 10)
            broken.bytes.removeLast(100)
            return [broken]
        }
        try await run([Sniffer.Source(FakeSource(batches, dropped: 3), interface: "fake0")], recorder)
        #expect(recorder.sentences.filter { $0.contains("lost, because") }.count == 1)
        #expect(recorder.sentences.filter { $0.contains("broken") }.count == 2)
        #expect(recorder.sentences.contains { $0.contains("fake0: 6 broken frames") })
    }

    @Test("A capture of a link type without DHCP is refused by its number")
    func linkType() async throws {
        let recorder = Recorder()
        let error = await #expect(throws: CaptureError.self) {
            try await run([Sniffer.Source(FakeSource(linkType: 105, []), interface: nil)], recorder)
        }
        #expect(error?.message.contains("105") == true)
    }
}
