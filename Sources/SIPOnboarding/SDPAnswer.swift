// SPDX-License-Identifier: GPL-3.0-or-later

/// The answer to a phone's SDP offer (RFC 3264): its G.711 audio and telephone events, and no
/// other media.
struct SDPAnswer: Sendable {
    /// One `m=` section of the offer.
    private struct Section: Sendable, Hashable {
        let media: String
        let transport: String
        let formats: [String]
        var maps: [String: String] = [:]
    }

    private let sections: [Section]
    private let audio: Int?

    /// The audio section that can be answered, with the formats that are known here in the order of the offer.
    private let formats: [(number: String, map: String)]

    /// Media sections of an offer that are read. Phones send one or two.
    private static let maximumSections = 8

    /// Lines of an offer that are read: a phone's longest offers have about sixty.
    private static let maximumLines = 400

    /// Reads an offer. An empty one asks for an offer of this side.
    ///
    /// - Returns: `nil` if there is no audio that both sides can.
    init?(offer: [UInt8]) {
        guard !offer.isEmpty else {
            sections = [Section(media: "audio", transport: "RTP/AVP", formats: ["0", "8", "101"])]
            audio = 0
            formats = [("0", "PCMU/8000"), ("8", "PCMA/8000"), ("101", "telephone-event/8000")]
            return
        }
        var sections: [Section] = []
        let lines = String(decoding: offer, as: UTF8.self).split(maxSplits: Self.maximumLines, whereSeparator: \.isNewline)
        for line in lines.prefix(Self.maximumLines) {
            if line.hasPrefix("m=") {
                let words = line.dropFirst(2).split(separator: " ").map(String.init)
                guard words.count >= 4, sections.count < Self.maximumSections, words.allSatisfy({ $0.utf8.allSatisfy(Self.isPlain) }) else { return nil }
                sections.append(Section(media: words[0], transport: words[2], formats: Array(words[3...])))
            } else if line.hasPrefix("a=rtpmap:"), var last = sections.popLast() {
                let words = line.dropFirst(9).split(separator: " ", maxSplits: 1).map(String.init)
                if words.count == 2 { last.maps[words[0]] = words[1] }
                sections.append(last)
            }
        }
        guard let audio = sections.firstIndex(where: { $0.media == "audio" && $0.transport.hasPrefix("RTP/AVP") }) else { return nil }
        let section = sections[audio]
        var formats: [(String, String)] = []
        for number in section.formats {
            switch (number, section.maps[number]?.lowercased()) {
            case ("0", _): formats.append((number, "PCMU/8000"))
            case ("8", _): formats.append((number, "PCMA/8000"))
            case (_, "telephone-event/8000"): formats.append((number, "telephone-event/8000"))
            default: break
            }
        }
        guard formats.contains(where: { $0.1.hasPrefix("PCM") }) else { return nil }
        self.sections = sections
        self.audio = audio
        self.formats = formats
    }

    /// The answer's text.
    ///
    /// - Parameters:
    ///   - host: the address of this side.
    ///   - isIPv6: whether that is an IPv6 address.
    ///   - id: a number for the session, the same whenever this answer is sent.
    ///   - media: the port and direction.
    func text(host: String, isIPv6: Bool, id: UInt32, media: CallMedia) -> String {
        let family = isIPv6 ? "IP6" : "IP4"
        var text = "v=0\r\no=- \(id) 1 IN \(family) \(host)\r\ns=-\r\nc=IN \(family) \(host)\r\nt=0 0\r\n"
        for (index, section) in sections.enumerated() {
            guard index == audio else {
                // Port 0 refuses a section: RFC 3264 section 6.
                text += "m=\(section.media) 0 \(section.transport) \(section.formats.joined(separator: " "))\r\n"
                continue
            }
            text += "m=audio \(media.port) \(section.transport) \(formats.map(\.number).joined(separator: " "))\r\n"
            for format in formats {
                text += "a=rtpmap:\(format.number) \(format.map)\r\n"
                if format.map.hasPrefix("telephone-event") { text += "a=fmtp:\(format.number) 0-15\r\n" }
            }
            text += "a=ptime:20\r\n"
            text += media.isSending ? "a=sendonly\r\n" : "a=inactive\r\n"
        }
        return text
    }

    private static func isPlain(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }
}
