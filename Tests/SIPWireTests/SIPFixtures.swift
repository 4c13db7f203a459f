// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

@testable import SIPWire

/// Reads a message of RFC 4475, appendix A, by the name it has there.
func tortureMessage(_ name: String) throws -> [UInt8] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/rfc4475/\(name).sip")
    return Array(try Data(contentsOf: file))
}

/// Text with CRLF line ends as the bytes of a message.
func message(_ text: String) -> [UInt8] {
    Array(text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n").utf8)
}

/// A request as a desk phone sends it.
let registerText = """
    REGISTER sip:10.0.0.1 SIP/2.0
    Via: SIP/2.0/UDP 10.0.0.11:5060;branch=z9hG4bK776asdhds;rport
    Max-Forwards: 70
    From: "Desk 1" <sip:ap1@10.0.0.1>;tag=456248
    To: <sip:ap1@10.0.0.1>
    Call-ID: 843817637684230@998sdasdh09
    CSeq: 1826 REGISTER
    Contact: <sip:ap1@10.0.0.11:5060;transport=udp>;expires=60;+sip.instance="<urn:uuid:00000000-0000-1000-8000-001565a1b2c3>"
    User-Agent: Yealink SIP-T46S 66.86.0.15
    Content-Length: 0


    """

/// A small seeded generator, so that a failing random test fails again.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
