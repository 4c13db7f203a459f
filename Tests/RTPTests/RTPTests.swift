// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import RTP

@Suite("RTP packets")
struct RTPPacketTests {
    @Test("A packet survives its way over the wire")
    func roundTrip() throws {
        let packet = RTPPacket(payloadType: 8, marker: true, sequence: 65_535, timestamp: 4_294_967_295, source: 0xDEAD_BEEF, payload: [1, 2, 3])
        #expect(packet.encoded.prefix(4) == [0x80, 0x88, 0xFF, 0xFF])
        #expect(try RTPPacket(packet.encoded) == packet)
    }

    @Test("Contributing sources, an extension and padding are passed over")
    func extras() throws {
        let header: [UInt8] = [0xB1, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0, 1]
        let bytes = header + [0, 0, 0, 2] + [0xBE, 0xDE, 0, 1, 9, 9, 9, 9] + [5, 6] + [0, 2]
        let packet = try RTPPacket(bytes)
        #expect(packet.payload == [5, 6] && packet.sequence == 7)
    }

    @Test("What is no RTP is refused")
    func refused() {
        #expect(throws: RTPError.truncated) { try RTPPacket([0x80, 0, 0]) }
        #expect(throws: RTPError.version) { try RTPPacket([UInt8](repeating: 0, count: 12)) }
        #expect(throws: RTPError.padding) { try RTPPacket([0xA0] + [UInt8](repeating: 0, count: 11) + [9]) }
        #expect(throws: RTPError.truncated) { try RTPPacket([0x90] + [UInt8](repeating: 0xFF, count: 20)) }
    }

    @Test("No prefix and no random bytes end the program")
    func hostile() {
        let whole: [UInt8] = [0xB1, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 2, 0xBE, 0xDE, 0, 1, 9, 9, 9, 9, 5, 6, 0, 2]
        for count in 0...whole.count { _ = try? RTPPacket(whole.prefix(count)) }
        var generator = SeededGenerator(state: 7)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            if let packet = try? RTPPacket(bytes) { _ = TelephoneEvent(packet.payload)?.key }
        }
    }
}

@Suite("Keys in RTP")
struct TelephoneEventTests {
    private func packet(_ event: UInt8, at timestamp: UInt32, isEnd: Bool = false) -> RTPPacket {
        RTPPacket(
            payloadType: 101, sequence: 0, timestamp: timestamp, source: 1, payload: TelephoneEvent(event: event, isEnd: isEnd, duration: 800).payload)
    }

    @Test("All packets of a key are one key, whichever of them get lost")
    func once() {
        var receiver = TelephoneEventReceiver()
        #expect(receiver.receive(packet(1, at: 1_000)) == "1")
        #expect(receiver.receive(packet(1, at: 1_000)) == nil)
        for _ in 0..<3 { #expect(receiver.receive(packet(1, at: 1_000, isEnd: true)) == nil) }
        #expect(receiver.receive(packet(11, at: 3_000, isEnd: true)) == "#")
        // A copy that comes late.
        #expect(receiver.receive(packet(1, at: 1_000, isEnd: true)) == nil)
        #expect(receiver.receive(packet(10, at: 4_000)) == "*")
    }

    @Test("The time wraps around, and events that are no keys say nothing")
    func wrap() {
        var receiver = TelephoneEventReceiver()
        #expect(receiver.receive(packet(5, at: .max - 10)) == "5")
        #expect(receiver.receive(packet(6, at: 100)) == "6")
        #expect(receiver.receive(packet(66, at: 2_000)) == nil)
    }
}

@Suite("Speech")
struct SpeechStreamTests {
    @Test("Speech goes out in packets of 20 ms, and silence after it")
    func packets() {
        var stream = SpeechStream(.muLaw, source: 9, sequence: .max, timestamp: 100)
        stream.speak([UInt8](repeating: 1, count: 200))
        let packets = (0..<3).map { _ in stream.next() }
        #expect(packets.map(\.sequence) == [.max, 0, 1])
        #expect(packets.map(\.timestamp) == [100, 260, 420])
        #expect(packets.map(\.marker) == [true, false, false])
        #expect(packets[1].payload == [UInt8](repeating: 1, count: 40) + [UInt8](repeating: 0xFF, count: 120))
        #expect(packets.allSatisfy { $0.payload.count == 160 && $0.payloadType == 0 })
        #expect(!stream.isSpeaking)
    }

    @Test("A-law says the same as µ-law, within its steps")
    func transcoding() {
        // Pairs of ITU-T G.711's tables: the loudest values, and both zeros.
        #expect(G711.aLaw.fromMuLaw(0x80) == 0xAA && G711.aLaw.fromMuLaw(0x00) == 0x2A)
        #expect(G711.aLaw.fromMuLaw(0xFF) == G711.aLaw.silence)
        for sample in UInt8.min ... .max {
            // The sign of every sample stays.
            #expect(G711.aLaw.fromMuLaw(sample) & 0x80 == (sample == 0x7F ? 0x80 : sample & 0x80))
        }
    }
}

private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}
