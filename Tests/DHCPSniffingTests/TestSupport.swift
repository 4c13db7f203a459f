// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPSniffing
import DHCPWire
import NetTypes
import PacketCapture
import ProvModel
import Synchronization

let phone = MACAddress(0x00, 0x15, 0x65, 0xAA, 0xBB, 0xCC)
let server = IPv4Address(10, 0, 0, 1)

/// The path of a file in the Fixtures folder.
func fixturePath(_ name: String, file: String = #filePath) -> String {
    (file.split(separator: "/").dropLast().map { "/\($0)" }).joined() + "/Fixtures/\(name)"
}

/// A DHCP message as a captured frame.
func frame(
    _ operation: DHCPPacket.Operation, _ type: DHCPMessageType, from mac: MACAddress = phone, time: Double = 1, vlan: UInt16? = nil,
    options: [DHCPOption] = [], change: (inout DHCPPacket) -> Void = { _ in }
) throws -> CapturedFrame {
    var packet = DHCPPacket(operation, from: mac, xid: 7)
    packet.options = DHCPOptions([DHCPOption(.messageType, [type.rawValue])] + options)
    change(&packet)
    let (from, to): (UInt16, UInt16) = operation == .bootRequest ? (68, 67) : (67, 68)
    let datagram = try UDPDatagram(from: from, to: to, payload: packet.encoded()[...]).encoded(from: .any, to: .broadcast)
    let ip = IPv4Packet(from: .any, to: .broadcast, protocolNumber: IPv4Packet.udp, payload: datagram[...])
    var frame = LinkFrame(from: mac, to: MACAddress(bits: .max), etherType: LinkFrame.ipv4, payload: try ip.encoded()[...])
    frame.outerTag = vlan.map { VLANTag(identifier: $0) }
    return CapturedFrame(time: time, bytes: frame.encoded())
}

/// A source that gives frames it was made with, and then ends or fails.
actor FakeSource: PacketSource {
    nonisolated let name: String
    nonisolated let linkType: Int32
    private var batches: [CaptureBatch]
    private let failure: CaptureError?

    init(name: String = "fake0", linkType: Int32 = 1, _ batches: [[CapturedFrame]], dropped: UInt64 = 0, failure: CaptureError? = nil) {
        self.name = name
        self.linkType = linkType
        self.batches = batches.map { CaptureBatch(frames: $0, dropped: dropped) }
        self.failure = failure
    }

    func nextBatch() async throws -> CaptureBatch {
        if !batches.isEmpty { return batches.removeFirst() }
        if let failure { throw failure }
        return CaptureBatch(frames: [])
    }
}

/// Keeps what it is given.
final class Recorder: ObservationSink {
    private let kept = Mutex<[DHCPReport]>([])
    private let said = Mutex<[String]>([])

    var observations: [DHCPObservation] { kept.withLock { $0 }.compactMap(\.observation) }
    var problems: [DHCPProblemReport] { kept.withLock { $0 }.compactMap(\.problem) }
    var sentences: [String] { said.withLock { $0 } }

    func accept(_ reports: [DHCPReport]) async { kept.withLock { $0 += reports } }
    func say(_ sentence: String) { said.withLock { $0.append(sentence) } }
}

/// Calls phones with a vendor class `Yealink…` by that name, and knows host names that begin with `SIP-`.
struct FakeRecogniser: DHCPRecogniser {
    func recognise(_ client: DHCPClient) -> DHCPObservation.Recognition? {
        let text = client.vendorClass.map { String(decoding: $0.filter { $0 != 0 }, as: UTF8.self) } ?? ""
        if text.hasPrefix("Yealink") {
            return DHCPObservation.Recognition(vendor: "Yealink", model: String(text.dropFirst(8)), family: "yealink", basis: "test")
        }
        guard client.hostname?.starts(with: "SIP-".utf8) == true, client.vendorClass == nil else { return nil }
        return DHCPObservation.Recognition(vendor: "Yealink", family: "yealink", basis: "test")
    }

    var wishes: [String: ProvisioningWishes] { ["yealink": ProvisioningWishes(options: [66, 43]), "polycom": ProvisioningWishes(options: [66, 160])] }
}

extension DHCPReport {
    var observation: DHCPObservation? { if case .observation(let observation) = self { observation } else { nil } }
    var problem: DHCPProblemReport? { if case .problem(let problem) = self { problem } else { nil } }
}
