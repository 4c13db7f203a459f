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
        let file = FileManager.default.temporaryDirectory.appending(path: "dhcpwire-\(UUID().uuidString).pcap")
        try captureFile(frames).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }

        let fields = [
            "dhcp.id", "dhcp.hw.mac_addr", "dhcp.option.dhcp", "dhcp.option.vendor_class_id", "dhcp.option.hostname",
            "dhcp.option.requested_ip_address", "dhcp.option.request_list_item", "dhcp.ip.your", "dhcp.ip.relay", "ieee8021ad.id", "vlan.id",
            "ip.checksum.status", "udp.checksum.status",
        ]
        let process = Process()
        process.executableURL = URL(filePath: tshark)
        process.arguments =
            ["-r", file.path(), "-n", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "fields"]
            + fields.flatMap { ["-e", $0] }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.count == expected.count)
        for (line, wanted) in zip(lines, expected) { #expect(line == wanted) }
    }
}
