// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

/// A conversation with a real Asterisk 20.20.1, as it was recorded: one line for what one side said at once.
struct Recording {
    /// Who said something.
    enum Speaker: String { case asterisk, server, client }

    /// Each conversation of the file.
    let conversations: [[(speaker: Speaker, text: String)]]

    init(_ name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name).txt")
        var conversations: [[(Speaker, String)]] = []
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            if line.hasPrefix("---") {
                conversations.append([])
                continue
            }
            let parts = line.split(separator: ">", maxSplits: 1)
            let speaker = try #require(Speaker(rawValue: String(parts[0])))
            let text = try #require(parts.last).dropFirst(2).dropLast()
            conversations[conversations.count - 1].append((speaker, Self.unescaped(text)))
        }
        self.conversations = conversations
    }

    /// All that one side said in a conversation.
    func said(by speaker: Speaker, in conversation: Int) -> String {
        conversations[conversation].filter { $0.speaker == speaker }.map(\.text).joined()
    }

    private static func unescaped(_ text: Substring) -> String {
        var result = "", isEscaped = false
        for character in text {
            switch (isEscaped, character) {
            case (true, "n"): result += "\n"
            case (true, "r"): result += "\r"
            case (true, _): result.append(character)
            case (false, "\\"):
                isEscaped = true
                continue
            case (false, _): result.append(character)
            }
            isEscaped = false
        }
        return result
    }
}

/// Bytes that are the same in each run, and like nothing in particular.
func randomBytes(_ count: Int, seed: UInt64) -> [UInt8] {
    let alphabet = Array("agi_: \r\n520-EvntRspo=()\"\\".utf8)
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        // Every second byte is one that means something to the protocols.
        return state & 1 == 0 ? UInt8(truncatingIfNeeded: state >> 32) : alphabet[Int(state >> 33) % alphabet.count]
    }
}
