// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
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
        var writer = FixtureWriter(linkType: .ethernet, redaction: FixtureRedaction(FakeRecogniser()))
        for frame in frames { writer.add(frame, at: frame.time) }
        var decoder = DHCPFrameDecoder(linkType: .ethernet)
        let messages = try self.frames(in: writer.bytes).map { try #require(try decoder.decode($0, at: 0)) }
        #expect(messages.count == writer.messages)
        return (writer.bytes, messages)
    }

    /// The frames of a capture file.
    private func frames(in file: [UInt8]) -> [ArraySlice<UInt8>] {
        var frames: [ArraySlice<UInt8>] = []
        var rest = file.dropFirst(24)
        while rest.count > 16 {
            let length = rest.dropFirst(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            frames.append(rest.dropFirst(16).prefix(length))
            rest = rest.dropFirst(16 + length)
        }
        return frames
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

    @Test("No option lets a name, an address or a serial number through, in whatever form")
    func everyOption() throws {
        let secrets = ["Alice", "FCH1543D0AB", "1234567890", phone.compact, phone.description.uppercased(), String(phone.compact.suffix(6))]
        let tail = Array(phone.octets.suffix(3))
        var leaks: [String] = []
        for code in Self.codes {
            for secret in secrets {
                // A vendor class and a user class may be any word; only addresses and serial numbers are known in them.
                if [60, 77, 124].contains(code), secret == "Alice" { continue }
                let text = Array(secret.utf8), length = UInt8(secret.utf8.count)
                let values = [
                    text, [1, length] + text, [0, 0, 0x36, 0x3D, length + 2, 3, length] + text, [9] + phone.octets, Array("x/".utf8) + text + Array("/y".utf8),
                ]
                let frames = try values.map { try frame(.bootRequest, .discover, options: [DHCPOption(DHCPOptionCode(code), $0)]) }
                let bytes = try redacted(frames).bytes
                let lowercased = bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
                if bytes.contains(tail) || lowercased.contains(Array(secret.lowercased().utf8)) { leaks.append("option \(code): \(secret)") }
            }
        }
        #expect(leaks.isEmpty)
    }

    /// Each option that is treated in a way of its own, and some that nobody knows.
    private static let codes: [UInt8] = [
        2, 3, 6, 7, 12, 15, 17, 28, 42, 43, 44, 50, 54, 56, 60, 61, 66, 67, 77, 81, 82, 97, 100, 101, 114, 119, 120, 124, 125, 150, 160, 200, 242,
    ]

    @Test("The phones of all samples are recognised in the fixture as in the capture")
    func samples() throws {
        let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "dhcp")
        let catalog = try VendorCatalog.load(directory: directory.path)
        let recogniser = CatalogRecogniser(catalog)
        var writer = FixtureWriter(linkType: .ethernet, redaction: FixtureRedaction(recogniser))
        let samples = catalog.definitions.flatMap(\.samples).filter { $0.evidence.mac != nil }
        var before: [DHCPObservation.Recognition?] = []
        var frames = FrameInterpreter(linkType: .ethernet, interface: nil, recogniser: recogniser)
        for (index, sample) in samples.enumerated() {
            var options: [DHCPOption] = []
            if let value = sample.evidence.vendorClass { options.append(DHCPOption(.vendorClassIdentifier, value)) }
            if let value = sample.evidence.userClass { options.append(DHCPOption(.userClass, value)) }
            if let value = sample.evidence.hostname { options.append(DHCPOption(.hostName, value.utf8)) }
            let mac = try #require(sample.evidence.mac)
            let frame = try frame(.bootRequest, .discover, from: mac, time: Double(index), options: options)
            before.append(frames.observe(frame)?.recognition)
            writer.add(frame, at: Double(index))
        }
        #expect(writer.messages == samples.count)
        let after = self.frames(in: writer.bytes).map { frames.observe(CapturedFrame(time: 0, bytes: Array($0)))?.recognition }
        for (sample, (before, after)) in zip(samples, zip(before, after)) {
            #expect(before?.family == after?.family && before?.model == after?.model && before?.version == after?.version, "\(sample.location)")
        }
    }

    @Test("What tells the model by TR-111 stays in option 125, and the serial number goes")
    func productClass() throws {
        let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "dhcp")
        let recogniser = CatalogRecogniser(try VendorCatalog.load(directory: directory.path))
        let inside = [1, 6] + Array("001565".utf8) + [2, 6] + Array("SN1234".utf8) + [3, 8] + Array("SIP-T46S".utf8)
        let value = try VendorIdentification.encode([VendorIdentification(enterprise: 3561, data: inside)])
        let stranger = MACAddress(0x02, 0x15, 0x65, 0xAA, 0xBB, 0xCC)
        var writer = FixtureWriter(linkType: .ethernet, redaction: FixtureRedaction(recogniser))
        let discover = try frame(.bootRequest, .discover, from: stranger, options: [DHCPOption(.vendorIdentifyingInformation, value)])
        writer.add(discover, at: 0)
        var frames = FrameInterpreter(linkType: .ethernet, interface: nil, recogniser: recogniser)
        let octets = try #require(self.frames(in: writer.bytes).first)
        let observation = frames.observe(CapturedFrame(time: 0, bytes: Array(octets)))
        let after = try #require(observation)
        #expect(after.recognition?.vendor == "Yealink" && after.recognition?.model == "T46S")
        #expect(after.vendorOptions?.map(\.code) == [1, 2, 3])
        #expect(!String(decoding: writer.bytes, as: UTF8.self).contains("SN1234"))
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
