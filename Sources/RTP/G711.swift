// SPDX-License-Identifier: GPL-3.0-or-later

/// The two audio encodings that every telephone knows: 8,000 samples a second of eight bits (ITU-T G.711).
public enum G711: UInt8, Sendable, Hashable, CaseIterable {
    /// µ-law; RTP payload type 0 (RFC 3551 section 6).
    case muLaw = 0
    /// A-law; RTP payload type 8.
    case aLaw = 8

    /// Samples in a second.
    public static let rate = 8_000

    /// The sample that stands for silence.
    public var silence: UInt8 {
        switch self {
        case .muLaw: 0xFF
        case .aLaw: 0xD5
        }
    }

    /// Turns a sample of µ-law into one of this encoding.
    public func fromMuLaw(_ sample: UInt8) -> UInt8 {
        switch self {
        case .muLaw: sample
        case .aLaw: Self.aLawOfMuLaw[Int(sample)]
        }
    }

    private static let aLawOfMuLaw: [UInt8] = (0...255).map { aLaw(of: linear(ofMuLaw: UInt8($0))) }

    /// A sample of µ-law as a number of 16 bits.
    static func linear(ofMuLaw sample: UInt8) -> Int {
        let bits = ~sample
        let magnitude = ((Int(bits & 0x0F) << 3) + 0x84) << Int(bits >> 4 & 7)
        return bits & 0x80 != 0 ? 0x84 - magnitude : magnitude - 0x84
    }

    /// The sample of A-law nearest to a number of 16 bits.
    static func aLaw(of value: Int) -> UInt8 {
        let magnitude = min(value < 0 ? -value - 1 : value, 0x7FFF) >> 3
        // The first two of the eight segments are 32 steps long, and each after them is twice as long as the one before.
        let segment = max(0, Int.bitWidth - magnitude.leadingZeroBitCount - 5)
        let step = (magnitude >> max(1, segment)) & 0x0F
        return UInt8(segment << 4 | step) ^ (value < 0 ? 0x55 : 0xD5)
    }
}
