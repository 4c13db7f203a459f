// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPWire
import PacketCapture
import ProvModel

/// What a capture file holds, in numbers: message types, and messages of phones by their family.
struct CaptureSummary {
    private var types: [DHCPMessageType: UInt64] = [:]
    private var families: [String: UInt64] = [:]
    private var withoutType: UInt64 = 0
    private var unknown: UInt64 = 0
    private var traffic = TrafficCount()
    private var malformed: UInt64 = 0
    private var lastError: DHCPWireError?

    /// Reads a source to its end.
    ///
    /// - Throws: `CaptureError` if it is damaged or of a kind that carries no DHCP.
    init(of source: some PacketSource, _ recogniser: any DHCPRecogniser) async throws {
        var interpreter = FrameInterpreter(linkType: try Sniffer.linkType(of: source), interface: nil, recogniser: recogniser)
        while case let frames = try await source.nextBatch().frames, !frames.isEmpty {
            for frame in frames { interpreter.count(frame, in: &self) }
        }
        (traffic, malformed, lastError) = (interpreter.traffic, interpreter.malformed, interpreter.lastError)
    }

    /// Counts a message; one without a known type is BOOTP or a newer protocol's.
    mutating func count(_ type: DHCPMessageType?) {
        if let type { types[type, default: 0] &+= 1 } else { withoutType &+= 1 }
    }

    /// Counts a client's message by who it is.
    mutating func count(_ recognition: DHCPObservation.Recognition?) {
        guard let recognition else { return unknown &+= 1 }
        families[recognition.family ?? recognition.vendor, default: 0] &+= 1
    }
}

extension CaptureSummary: CustomStringConvertible {
    /// Lines of a number and what it counts.
    var description: String {
        var lines = ["\(traffic)"]
        lines += DHCPMessageType.allCases.compactMap { type in types[type].map { "\($0) \(type)" } }
        if withoutType > 0 { lines.append("\(withoutType) messages without a known type") }
        lines += families.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map { "\($0.value) messages of phones of the family \($0.key)" }
        if unknown > 0 { lines.append("\(unknown) messages of clients that no definition knows") }
        if let lastError { lines.append("\(malformed) broken frames; the last is \(lastError)") }
        return lines.joined(separator: "\n")
    }
}
