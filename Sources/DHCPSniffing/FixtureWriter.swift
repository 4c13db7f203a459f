// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPWire
import Glibc
import PacketCapture

/// Makes a redacted capture file of the DHCP messages among captured frames.
struct FixtureWriter {
    private var decoder: DHCPFrameDecoder
    private let linkType: LinkType
    private var redaction: FixtureRedaction

    /// The file so far, in the classic pcap format (draft-ietf-opsawg-pcap).
    private(set) var bytes: [UInt8]
    /// How many messages it holds.
    private(set) var messages = 0

    init(linkType: LinkType, redaction: FixtureRedaction) {
        decoder = DHCPFrameDecoder(linkType: linkType)
        self.linkType = linkType
        self.redaction = redaction
        bytes = []
        // Magic number of files with microseconds, version 2.4, no zone, no accuracy, whole frames, Ethernet.
        for number: UInt32 in [0xA1B2_C3D4, 0x0004_0002, 0, 0, 65_535, 1] { append(number) }
    }

    /// The most messages in a file: a test needs a few.
    static let maximumMessages = 10_000

    /// Adds a frame, if it is a DHCP message. Others are left out: what is not understood cannot be redacted.
    ///
    /// Fragments become one frame. Times become those since the first message.
    mutating func add(_ frame: CapturedFrame, at time: Double) {
        guard messages < Self.maximumMessages, let message = try? decoder.decode(frame.bytes, at: frame.time),
            let link = try? LinkFrame(decoding: frame.bytes, as: linkType),
            let redacted = try? redaction.redact(message, tags: (link.outerTag, link.innerTag))
        else { return }
        let microseconds = UInt64(max(0, min(time, Double(UInt32.max))) * 1_000_000)
        append(UInt32(truncatingIfNeeded: microseconds / 1_000_000))
        append(UInt32(truncatingIfNeeded: microseconds % 1_000_000))
        append(UInt32(truncatingIfNeeded: redacted.count))
        append(UInt32(truncatingIfNeeded: redacted.count))
        bytes += redacted
        messages += 1
    }

    /// Writes the file, which must not be there yet: a capture is not easily had again.
    func write(to path: String) throws(CaptureError) {
        guard let file = unsafe fopen(path, "wbx") else {
            throw CaptureError(.unreadableFile, "\(path) cannot be made: \(CaptureError.reason(errno)). Name a file that is not there yet")
        }
        let written = unsafe bytes.withUnsafeBytes { unsafe fwrite($0.baseAddress, 1, $0.count, file) }
        guard unsafe fclose(file) == 0, written == bytes.count else {
            throw CaptureError(.failed, "\(path) cannot be written: \(CaptureError.reason(errno))")
        }
    }

    private mutating func append(_ number: UInt32) {
        for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}
