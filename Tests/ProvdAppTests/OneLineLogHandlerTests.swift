// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import Testing

@testable import ProvdApp

@Suite("The log")
struct OneLineLogHandlerTests {
    @Test("Nobody writes lines of it: what ends a line or moves the cursor is escaped", arguments: [
        "phone\n2026-11-22T10:15:04+0000 warning provd.security: [X] API token refused to 192.0.2.1", "a\r\nb", "a\u{85}b", "a\u{2028}b", "a\u{1B}[2Jb", "a\u{0}b",
    ])
    func oneLine(text: String) {
        let lines = KeptLog()
        var logger = Logger(label: "test") { _ in OneLineLogHandler(lines) }
        logger[metadataKey: "own"] = .string(text)
        logger.error(
            "said \(text)", metadata: ["a": .string(text), "b": .array([.string(text)]), "c": .dictionary(["d": .stringConvertible(Words(description: text))])])
        let written = lines.lines.joined(separator: "|")
        #expect(written.contains("said ") && written.unicodeScalars.allSatisfy { $0.value >= 0x20 && ![0x7F, 0x85, 0x2028, 0x2029].contains($0.value) })
    }

    @Test("What can be read stays as it is")
    func readable() {
        #expect(OneLineLogHandler<KeptLog>.onOneLine("Zoë’s “phone” 電話 \\n") == "Zoë’s “phone” 電話 \\n")
    }
}

private struct Words: CustomStringConvertible, Sendable {
    let description: String
}
