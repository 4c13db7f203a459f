// SPDX-License-Identifier: GPL-3.0-or-later

@testable import DHCPSniffing
import DHCPWire
import Foundation
import NetTypes
import PacketCapture
import ProvModel
import Testing

@Suite("Fixtures from captures")
struct FixtureTests {
    private func redacted(_ frames: [CapturedFrame]) throws -> (bytes: [UInt8], messages: [DHCPFrame]) {
        var writer = FixtureWriter(linkType: .ethernet, redaction: FixtureRedaction { $0.hasPrefix("SIP-") })
        for frame in frames { writer.add(frame, at: frame.time) }
        var decoder = DHCPFrameDecoder(linkType: .ethernet)
        var messages: [DHCPFrame] = []
        var rest = writer.bytes.dropFirst(24)
        while rest.count > 16 {
            let length = rest.dropFirst(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            let bytes = rest.dropFirst(16).prefix(length)
            messages.append(try #require(try decoder.decode(bytes, at: 0)))
            rest = rest.dropFirst(16 + length)
        }
        #expect(messages.count == writer.messages)
        return (writer.bytes, messages)
    }

    private func lease() throws -> [CapturedFrame] {
        let options = [
            DHCPOption(.vendorClassIdentifier, "yealink".utf8), DHCPOption(.hostName, "Alices-Phone".utf8),
            DHCPOption(.clientIdentifier, [1] + phone.octets), DHCPOption(.parameterRequestList, [1, 3, 66]),
        ]
        return [
            try frame(.bootRequest, .discover, vlan: 100, options: options),
            try frame(
                .bootReply, .ack, vlan: 100,
                options: [
                    DHCPOption(.serverIdentifier, server.octets), DHCPOption(.router, server.octets),
                    DHCPOption(.tftpServerName, "http://bob:secret@phones.corp.example/10.0.0.1/k3y9/0015650a1b2c.cfg".utf8),
                    DHCPOption(43, [1, 6] + "SN1234".utf8), DHCPOption(200, [9, 9, 9]), DHCPOption(.domainName, "corp.example".utf8),
                ]
            ) { $0.yiaddr = IPv4Address(10, 0, 0, 9) },
            try frame(.bootRequest, .request, vlan: 100, options: options) { $0.ciaddr = IPv4Address(10, 0, 0, 9) },
        ]
    }

    @Test("What is private is gone from every octet of the file")
    func nothingPrivate() throws {
        let text = String(decoding: try redacted(lease()).bytes, as: UTF8.self)
        for word in ["Alice", "bob", "secret", "corp", "k3y9", "0a1b2c", "SN1234"] { #expect(!text.contains(word), "\(word) is still there") }
        let bytes = try redacted(lease()).bytes
        let rows: [[UInt8]] = [Array(phone.octets.suffix(3)), server.octets, [10, 0, 0, 9]]
        for row in rows {
            #expect(!bytes.indices.contains { bytes[$0...].starts(with: row) }, "\(row) is still there")
        }
    }

    @Test("What tells the make stays, and the same thing is the same each time")
    func consistent() throws {
        let messages = try redacted(lease()).messages
        #expect(messages.count == 3)
        #expect(Set(messages.map(\.packet.hardwareAddress.mac)).count == 1)
        let mac = try #require(messages[0].packet.hardwareAddress.mac)
        #expect(mac.oui == phone.oui && mac != phone)
        #expect(messages.map(\.vlan) == [100, 100, 100])
        #expect(messages[0].packet.options.vendorClassIdentifier == "yealink")
        #expect(messages[0].packet.options[.parameterRequestList] == [1, 3, 66])
        #expect(messages[0].packet.options[.clientIdentifier].map(Array.init) == [1] + mac.octets)
        #expect(messages[0].packet.options.hostName == messages[2].packet.options.hostName)
        #expect(messages[1].packet.yiaddr == messages[2].packet.ciaddr)
        #expect(try messages[1].packet.options.serverIdentifier == messages[1].packet.options.addresses(.router)?.first)
        #expect(messages[1].packet.options.codes == [.messageType, .serverIdentifier, .router, .tftpServerName, 43, 200, .domainName])
        #expect(messages[1].packet.options[200] == [0, 0, 0])
        #expect(messages[1].packet.options.text(.tftpServerName)?.hasPrefix("http://name-") == true)
    }

    @Test("A host name that names the model stays, without a serial number")
    func modelName() throws {
        let options = [DHCPOption(.hostName, "SIP-T46S-0015650a1b2c".utf8)]
        let message = try #require(try redacted([frame(.bootRequest, .discover, options: options)]).messages.first)
        #expect(message.packet.options.hostName == "SIP-T46S-000000000001")
    }

    @Test("A real capture becomes a fixture from which the same phones are recognised")
    func realCapture() async throws {
        let source = try CaptureFile(path: fixturePath("phones.pcap"))
        var writer = FixtureWriter(linkType: .ethernet, redaction: FixtureRedaction())
        while case let frames = try await source.nextBatch().frames, !frames.isEmpty {
            for frame in frames { writer.add(frame, at: 0) }
        }
        let path = FileManager.default.temporaryDirectory.appending(path: "fixture-\(UUID().uuidString).pcap").path
        try writer.write(to: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(throws: CaptureError.self) { try writer.write(to: path) }

        let (before, after) = (Recorder(), Recorder())
        for (file, recorder) in [(fixturePath("phones.pcap"), before), (path, after)] {
            let sources = [Sniffer.Source(try CaptureFile(path: file), interface: nil)]
            try await Sniffer(sources: sources, recogniser: FakeRecogniser(), sinks: [recorder], report: { _ in }).run()
        }
        #expect(after.observations.map(\.type) == before.observations.map(\.type))
        #expect(after.observations.map(\.vendorClass) == before.observations.map(\.vendorClass))
        #expect(after.observations.map(\.vlan) == before.observations.map(\.vlan))
        #expect(after.observations.map(\.provisioningOptions) == before.observations.map(\.provisioningOptions))
    }

    @Test("DHCPv6 and router advertisements are counted; other IPv6 is not")
    func ipv6() throws {
        func ipv6(_ nextHeader: UInt8, _ body: [UInt8]) throws -> LinkFrame {
            let header: [UInt8] = [0x60, 0, 0, 0, 0, UInt8(body.count), nextHeader, 255] + [UInt8](repeating: 1, count: 32)
            return LinkFrame(from: phone, to: phone, etherType: 0x86DD, payload: (header + body)[...])
        }
        var traffic = TrafficCount()
        traffic.countIPv6(in: try ipv6(17, [2, 34, 2, 35, 0, 8, 0, 0]))
        traffic.countIPv6(in: try ipv6(17, [2, 34, 0, 53, 0, 8, 0, 0]))
        traffic.countIPv6(in: try ipv6(58, [134, 0, 0, 0]))
        traffic.countIPv6(in: try ipv6(58, [135, 0, 0, 0]))
        traffic.countIPv6(in: try ipv6(58, []))
        #expect(traffic.dhcpv6 == 1 && traffic.routerAdvertisements == 1)
        #expect("\(traffic)".contains("1 DHCPv6"))
    }
}
