// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPWire
import Foundation
import NetTypes
import Testing

private let tshark = "/usr/bin/tshark"

@Suite("Agreement with tshark")
struct TsharkAgreementTests {
    /// A pcap file of Ethernet frames.
    private func captureFile(_ frames: [[UInt8]]) -> Data {
        func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) } }
        var bytes = word(0xA1B2_C3D4) + [2, 0, 4, 0] + word(0) + word(0) + word(65_535) + word(1)
        for frame in frames {
            bytes += word(1_700_000_000) + word(0) + word(UInt32(frame.count)) + word(UInt32(frame.count)) + frame
        }
        return Data(bytes)
    }

    @Test(
        "tshark reads the same from messages that this module writes, and finds the checksums right",
        .enabled(if: FileManager.default.isExecutableFile(atPath: tshark), "tshark is not installed"))
    func agreement() async throws {
        var generator = SeededGenerator(state: 5)
        let vlans: [[UInt16]] = [[], [100], [200, 300]]
        var expected: [String] = []
        var frames: [[UInt8]] = []
        for index in 0..<60 {
            var packet = DHCPPacket.random(using: &generator)
            packet.options = [
                DHCPOption(.messageType, [UInt8(index % 8 + 1)]),
                DHCPOption(.vendorClassIdentifier, "phone-\(index)".utf8),
                DHCPOption(.hostName, "host\(index)".utf8),
                DHCPOption(.requestedAddress, IPv4Address(10, 0, 0, UInt8(index)).octets),
                DHCPOption(.parameterRequestList, [1, 3, 66, 43]),
            ]
            (packet.sname, packet.file) = ([], [])
            let tags = vlans[index % vlans.count]
            frames.append(try FrameTests.frame(tags: tags, try FrameTests.ip(packet.encoded())))
            let mac = try #require(packet.hardwareAddress.mac)
            expected.append(
                [
                    "0x" + String(repeating: "0", count: 8 - String(packet.xid, radix: 16).count) + String(packet.xid, radix: 16),
                    "\(mac)", "\(index % 8 + 1)", "phone-\(index)", "host\(index)", "10.0.0.\(index)", "1,3,66,43", "\(packet.yiaddr)",
                    "\(packet.giaddr)", tags.count == 2 ? "\(tags[0])" : "", tags.last.map { "\($0)" } ?? "", "1", "1",
                ].joined(separator: "\t"))
        }
        let fields = [
            "dhcp.id", "dhcp.hw.mac_addr", "dhcp.option.dhcp", "dhcp.option.vendor_class_id", "dhcp.option.hostname",
            "dhcp.option.requested_ip_address", "dhcp.option.request_list_item", "dhcp.ip.your", "dhcp.ip.relay", "ieee8021ad.id", "vlan.id",
            "ip.checksum.status", "udp.checksum.status",
        ]
        let lines = try dissect(frames, fields, ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"])
        #expect(lines.count == expected.count)
        for (line, wanted) in zip(lines, expected) { #expect(line == wanted) }
    }

    @Test(
        "tshark and this module read the same from tags, fragments, header options, relays, overloaded fields and options in parts",
        .enabled(if: FileManager.default.isExecutableFile(atPath: tshark), "tshark is not installed"))
    func corpus() throws {
        var corpus = TsharkCorpus(seed: 11)
        var decoder = DHCPFrameDecoder(linkType: .ethernet)
        var frames: [[UInt8]] = []
        var expected: [Reading] = []
        for index in 0..<240 {
            for frame in try corpus.message(index) {
                frames.append(frame)
                if let message = try decoder.decode(frame[...], at: 0) { expected.append(try Reading(message)) }
            }
        }
        #expect(expected.count == 240)
        #expect(Set(expected.map(\.type)).count == DHCPMessageType.allCases.count)

        let lines = try dissect(frames, Reading.fields, ["-Y", "dhcp", "-E", "aggregator=|"])
        #expect(lines.count == expected.count)
        for (line, wanted) in zip(lines, expected) { #expect(Reading(line) == wanted) }
    }

    /// What tshark prints of these frames: a line for each, with tabs between the fields.
    private func dissect(_ frames: [[UInt8]], _ fields: [String], _ arguments: [String]) throws -> [String] {
        let file = FileManager.default.temporaryDirectory.appending(path: "dhcpwire-\(UUID().uuidString).pcap")
        try captureFile(frames).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: tshark)
        process.arguments = ["-r", file.path(), "-n"] + arguments + ["-T", "fields"] + fields.flatMap { ["-e", $0] }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return text.split(separator: "\n").map(String.init)
    }
}

/// What one dissector reads from a message, in one form for both.
private struct Reading: Equatable {
    static let fields = [
        "dhcp.id", "dhcp.option.dhcp", "dhcp.hops", "dhcp.secs", "dhcp.ip.client", "dhcp.ip.your", "dhcp.ip.server", "dhcp.ip.relay", "vlan.id",
        "dhcp.option.user_class.data", "dhcp.option.agent_information_option.agent_circuit_id", "dhcp.fqdn.name", "dhcp.server", "dhcp.file",
        "dhcp.option.type", "dhcp.option.value",
    ]

    /// The fields but the last two, in words.
    var words: [String]
    /// The values of the options by their codes, joined, as hexadecimal digits; without option 52, which only says where others are.
    var options: [UInt8: String] = [:]

    var type: String { words[1] }

    /// tshark's reading: a line of its output.
    init(_ line: String) {
        let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        words = Array(columns.dropLast(2))
        let codes = (columns.dropLast().last ?? "").split(separator: "|").compactMap { UInt8($0) }.filter { $0 != 0 && $0 != 255 }
        let values = (columns.last ?? "").split(separator: "|", omittingEmptySubsequences: false)
        for (code, value) in zip(codes, values) where code != 52 { options[code, default: ""] += value }
    }

    /// This module's reading.
    init(_ frame: DHCPFrame) throws {
        let packet = frame.packet
        let id = String(packet.xid, radix: 16)
        words = [
            "0x" + String(repeating: "0", count: 8 - id.count) + id, try packet.options.messageType.map { "\($0.rawValue)" } ?? "", "\(packet.hops)",
            "\(packet.secs)", "\(packet.ciaddr)", "\(packet.yiaddr)", "\(packet.siaddr)", "\(packet.giaddr)", frame.vlan.map { "\($0)" } ?? "",
            packet.options.userClass?.classes.map(Self.hexadecimal).joined(separator: "|") ?? "",
            try packet.options.relayAgentInformation?.circuitID.map(Self.hexadecimal) ?? "",
            try packet.options.clientFQDN?.name ?? "", packet.serverName, packet.bootFile,
        ]
        for option in packet.options { options[option.code.rawValue] = Self.hexadecimal(option.value) }
    }

    private static func hexadecimal(_ octets: ArraySlice<UInt8>) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
