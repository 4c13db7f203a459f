// SPDX-License-Identifier: GPL-3.0-or-later

/// One direction of a call's audio: speech in, packets of 20 ms out.
///
/// Between announcements silence is sent, so that the phone and every address translation on the way
/// know that the call is alive.
public struct SpeechStream: Sendable {
    /// Samples in a packet: 20 ms, the default of RFC 3551 section 4.5.
    public static let samplesPerPacket = 160

    private let encoding: G711
    private let source: UInt32
    private var sequence: UInt16
    private var timestamp: UInt32
    private var speech: [UInt8] = []
    private var position = 0
    private var isAfterSilence = true

    /// Makes a stream with random numbers to begin with (RFC 3550 section 5.1).
    public init(_ encoding: G711) {
        self.init(encoding, source: .random(in: .min ... .max), sequence: .random(in: .min ... .max), timestamp: .random(in: .min ... .max))
    }

    /// Makes a stream that begins with the given numbers.
    public init(_ encoding: G711, source: UInt32, sequence: UInt16, timestamp: UInt32) {
        self.encoding = encoding
        self.source = source
        self.sequence = sequence
        self.timestamp = timestamp
    }

    /// Whether there is speech that was not sent yet.
    public var isSpeaking: Bool { position < speech.count }

    /// Speaks, in place of what was spoken until now.
    ///
    /// - Parameter samples: µ-law.
    public mutating func speak(_ samples: [UInt8]) {
        speech = samples
        position = 0
    }

    /// Falls silent.
    public mutating func stop() { speak([]) }

    /// The packet of the next 20 ms.
    public mutating func next() -> RTPPacket {
        let part = speech[position..<min(position + Self.samplesPerPacket, speech.count)]
        position += part.count
        var payload = part.map(encoding.fromMuLaw)
        payload += repeatElement(encoding.silence, count: Self.samplesPerPacket - payload.count)
        let packet = RTPPacket(
            payloadType: encoding.rawValue, marker: isAfterSilence && !part.isEmpty, sequence: sequence, timestamp: timestamp, source: source,
            payload: payload)
        isAfterSilence = part.isEmpty
        sequence &+= 1
        timestamp &+= UInt32(Self.samplesPerPacket)
        return packet
    }
}
