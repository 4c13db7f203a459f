// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
import DHCPWire
import Foundation
import NetTypes
import Testing

@testable import DHCPInform

@Suite("Answers to DHCPINFORM")
struct InformPolicyTests {
    private let phone = MACAddress(0x00, 0x15, 0x65, 0x0A, 0xBB, 0x01)
    private let address = IPv4Address(10, 77, 0, 50)
    private let provd = DHCPPlan.ProvdLocation(address: IPv4Address(10, 77, 0, 1), httpURL: "http://10.77.0.1:8667")

    private func policy() throws -> InformPolicy {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return InformPolicy(catalog: try VendorCatalog.load(directory: root.appending(path: "dhcp").path), provd: provd)
    }

    private func message(
        _ type: DHCPMessageType = .inform, options: [DHCPOption] = [], change: (inout DHCPPacket) -> Void = { _ in }
    ) throws -> [UInt8] {
        var packet = DHCPPacket(.bootRequest, from: phone, xid: 7)
        packet.ciaddr = address
        packet.options = DHCPOptions([DHCPOption(.messageType, [type.rawValue]), DHCPOption(.vendorClassIdentifier, "yealink".utf8)] + options)
        change(&packet)
        return try packet.encoded()
    }

    private func answer(_ bytes: [UInt8], from source: IPv4Address? = nil) throws -> DHCPPacket? {
        guard case .answer(let bytes, let receiver, let told) = try policy().decide(bytes, from: source ?? address) else { return nil }
        #expect(receiver == address && told.mac == phone)
        return try DHCPPacket(decoding: bytes[...])
    }

    @Test("A phone is told its options by an ACK without any lease")
    func phoneIsTold() throws {
        let answer = try #require(try answer(message()))
        #expect(try answer.options.messageType == .ack)
        #expect(answer.operation == .bootReply && answer.xid == 7 && answer.ciaddr == address && answer.yiaddr == .any)
        #expect(try answer.options.serverIdentifier == provd.address)
        #expect(answer.options.text(.tftpServerName) == "http://10.77.0.1:8667")
        #expect(!answer.options.contains(.leaseTime) && !answer.options.contains(.router))
    }

    @Test("What its definition forces is sent whatever the phone lists")
    func forced() throws {
        for codes: [UInt8] in [[1, 66], [1, 3]] {
            let answer = try #require(try answer(message(options: [DHCPOption(.parameterRequestList, codes)])))
            #expect(answer.options.codes == [.messageType, .serverIdentifier, .tftpServerName])
        }
    }

    @Test("Nothing but INFORM is answered", arguments: DHCPMessageType.allCases.filter { $0 != .inform })
    func others(type: DHCPMessageType) throws {
        #expect(try answer(message(type)) == nil)
    }

    @Test("Strangers, forged addresses, relays and replies get no answer")
    func silence() throws {
        #expect(try answer(message { $0.hardwareAddress = DHCPHardwareAddress(MACAddress(2, 0, 0, 0, 0, 1)); $0.options[.vendorClassIdentifier] = nil }) == nil)
        #expect(try answer(message(), from: IPv4Address(10, 77, 0, 66)) == nil)
        #expect(try answer(message { $0.ciaddr = .any }, from: .any) == nil)
        #expect(try answer(message { $0.giaddr = IPv4Address(10, 88, 0, 1) }) == nil)
        #expect(try answer(message { $0.operation = .bootReply }) == nil)
    }

    @Test("No prefix and no damage of a message does harm")
    func hostile() throws {
        let policy = try policy(), bytes = try message()
        for length in bytes.indices { _ = policy.decide(Array(bytes.prefix(length)), from: address) }
        var state: UInt64 = 7
        for _ in 0..<2_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            var damaged = bytes
            damaged[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 25)
            _ = policy.decide(damaged, from: address)
        }
    }

    @Test("Another responder is told once; this one, and answers that give a lease, are not")
    func otherResponders() throws {
        var others = OtherResponders(own: provd.address)
        let other = IPv4Address(10, 77, 0, 9)
        func ack(_ server: IPv4Address, _ yiaddr: IPv4Address) throws -> [UInt8] {
            try message(.ack, options: [DHCPOption(.serverIdentifier, server.octets)]) {
                $0.operation = .bootReply
                $0.yiaddr = yiaddr
            }
        }
        let news = try [ack(provd.address, .any), ack(other, address), ack(other, .any), ack(other, .any), message()].map { others.news(in: $0) }
        #expect(news == [nil, nil, other, nil, nil])
    }
}
