// SPDX-License-Identifier: GPL-3.0-or-later

import RTP

/// The answer to a phone's SDP offer (RFC 3264): one of its G.711 encodings, its telephone events, and no other media.
struct SDPAnswer: Sendable {
    /// Which way audio may flow, from the side of whoever says it.
    enum Direction: String, Sendable, Hashable {
        case sendrecv, sendonly, recvonly, inactive
    }

    /// One `m=` section of the offer.
    private struct Section: Sendable, Hashable {
        let media: String
        let port: UInt16
        let transport: String
        let formats: [String]
        var maps: [String: String] = [:]
        var host: String?
        var direction: Direction?
    }

    /// The encoding that is spoken: the first of the offer that is known here.
    let encoding: G711

    /// The payload type of telephone events, if the phone sends them.
    let telephoneEvents: UInt8?

    /// Where the phone wants its audio; `nil` if it did not say.
    let remote: SIPAddress?

    private let direction: Direction
    private let sections: [Section]
    private let audio: Int
    /// Without an offer, this side offers all that it knows.
    private let isOffer: Bool

    /// Media sections of an offer that are read. Phones send one or two.
    private static let maximumSections = 8

    /// Lines of an offer that are read: a phone's longest offers have about sixty.
    private static let maximumLines = 400

    /// Reads an offer. An empty one asks for an offer of this side.
    ///
    /// - Returns: `nil` if there is no audio that both sides can.
    init?(offer: [UInt8]) {
        guard !offer.isEmpty else {
            sections = [Section(media: "audio", port: 9, transport: "RTP/AVP", formats: ["0", "8", "101"])]
            audio = 0
            encoding = .muLaw
            telephoneEvents = 101
            remote = nil
            direction = .sendrecv
            isOffer = true
            return
        }
        var sections: [Section] = []
        var host: String?
        var session = Direction.sendrecv
        let lines = String(decoding: offer, as: UTF8.self).split(maxSplits: Self.maximumLines, whereSeparator: \.isNewline)
        for line in lines.prefix(Self.maximumLines) {
            if line.hasPrefix("m=") {
                let words = line.dropFirst(2).split(separator: " ").map(String.init)
                guard words.count >= 4, sections.count < Self.maximumSections, words.allSatisfy({ $0.utf8.allSatisfy(Self.isPlain) }) else { return nil }
                // A count of ports can follow a slash.
                let port = words[1].split(separator: "/").first.flatMap { UInt16($0) } ?? 0
                sections.append(Section(media: words[0], port: port, transport: words[2], formats: Array(words[3...])))
                continue
            }
            let address = line.hasPrefix("c=IN ") ? line.split(separator: " ").last.map(String.init) : nil
            let way = line.hasPrefix("a=") ? Direction(rawValue: String(line.dropFirst(2))) : nil
            guard var last = sections.popLast() else {
                if let address { host = address }
                if let way { session = way }
                continue
            }
            if let address { last.host = address }
            if let way { last.direction = way }
            if line.hasPrefix("a=rtpmap:") {
                let words = line.dropFirst(9).split(separator: " ", maxSplits: 1).map(String.init)
                if words.count == 2 { last.maps[words[0]] = words[1].lowercased() }
            }
            sections.append(last)
        }
        guard let audio = sections.firstIndex(where: { $0.media == "audio" && $0.transport.hasPrefix("RTP/AVP") }) else { return nil }
        let section = sections[audio]
        // 0 and 8 are static: they mean the same with and without a map (RFC 3551 section 6).
        guard let encoding = section.formats.lazy.compactMap({ UInt8($0).flatMap(G711.init(rawValue:)) }).first else { return nil }
        self.encoding = encoding
        telephoneEvents = section.formats.first { section.maps[$0] == "telephone-event/8000" }.flatMap { UInt8($0) }
        if let address = section.host ?? host, section.port > 0 { remote = SIPAddress(host: address, port: section.port) } else { remote = nil }
        direction = section.direction ?? session
        self.sections = sections
        self.audio = audio
        isOffer = false
    }

    /// Whether the phone can be spoken to: it said where, and did not put the call on hold.
    var hearsSpeech: Bool {
        remote != nil && (direction == .sendrecv || direction == .recvonly)
    }

    /// The answer's text.
    ///
    /// - Parameters:
    ///   - host: the address of this side.
    ///   - isIPv6: whether that is an IPv6 address.
    ///   - id: a number for the session, the same whenever this answer is sent.
    ///   - port: the port at which this side speaks and listens; `nil` for a silent call.
    func text(host: String, isIPv6: Bool, id: UInt32, port: UInt16?) -> String {
        let family = isIPv6 ? "IP6" : "IP4"
        var text = "v=0\r\no=- \(id) 1 IN \(family) \(host)\r\ns=-\r\nc=IN \(family) \(host)\r\nt=0 0\r\n"
        for (index, section) in sections.enumerated() {
            guard index == audio else {
                // Port 0 refuses a section: RFC 3264 section 6.
                text += "m=\(section.media) 0 \(section.transport) \(section.formats.joined(separator: " "))\r\n"
                continue
            }
            var formats = (isOffer ? [.muLaw, .aLaw] : [encoding]).map { ($0.rawValue, $0 == .muLaw ? "PCMU/8000" : "PCMA/8000") }
            if let telephoneEvents { formats.append((telephoneEvents, "telephone-event/8000")) }
            // A silent call names the discard port of RFC 863.
            text += "m=audio \(port ?? 9) \(section.transport) \(formats.map { "\($0.0)" }.joined(separator: " "))\r\n"
            for (number, name) in formats { text += "a=rtpmap:\(number) \(name)\r\n" }
            if let telephoneEvents { text += "a=fmtp:\(telephoneEvents) 0-15\r\n" }
            text += "a=ptime:20\r\na=\(port == nil ? Direction.inactive.rawValue : answering.rawValue)\r\n"
        }
        return text
    }

    /// The direction of this side (RFC 3264 section 6.1). It listens too, so that the phone's first packet shows where it
    /// is behind address translation.
    private var answering: Direction {
        switch direction {
        case .sendrecv: .sendrecv
        case .recvonly: .sendonly
        case .sendonly: .recvonly
        case .inactive: .inactive
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }
}
