// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import Testing

@testable import ProvCommands

@Suite("What provctl shows")
struct TerminalTests {
    @Test("Columns are aligned, and what others wrote drives no terminal")
    func tables() {
        var table = Table(["NAME", "X"])
        table.add(["Zoë", "1"])
        table.add(["a\u{1B}[31m\n", "22"])
        #expect(table.text == "NAME     X\nZoë      1\na\u{FFFD}[31m\u{FFFD}  22")
        #expect(table.text(withHeading: false).hasPrefix("Zoë"))
        #expect(Table(["NAME"]).text(withHeading: false).isEmpty)
    }

    @Test("A bar says how far an operation is")
    func bars() {
        func line(_ current: Int, _ end: JSONValue) -> String {
            ProgressBar.line(["kind": "plugin-install", "subject": "acme", "progress": ["current": .int(current), "end": end]])
        }
        #expect(line(512, 1_024) == "plugin-install acme  [###############---------------] 50 %  512 B of 1 kB")
        #expect(line(1_024, 1_024).contains("[\(String(repeating: "#", count: 30))] 100 %"))
        #expect(line(5_000_000, nil) == "plugin-install acme  5.0 MB")
        // A server that counts wrongly breaks nothing.
        for (current, end) in [(-1, 10), (20, 10), (Int.max, 1), (1, Int.max)] { #expect(!line(current, .int(end)).isEmpty) }
        #expect(!ProgressBar.line(nil).isEmpty)
    }

    @Test("What every command takes may stand before it")
    func globals() {
        #expect(ProvctlCommand.withGlobalsLast(["--json", "line", "list"]) == ["line", "list", "--json"])
        #expect(ProvctlCommand.withGlobalsLast(["--url", "http://x", "-q", "line", "list"]) == ["line", "list", "--url", "http://x", "-q"])
        #expect(ProvctlCommand.withGlobalsLast(["--tenant=a", "line", "remove", "--", "-1"]) == ["line", "remove", "--tenant=a", "--", "-1"])
        for arguments in [[], ["--json"], ["--url"], ["line", "--json"]] { #expect(ProvctlCommand.withGlobalsLast(arguments) == arguments) }
    }

    @Test("A name stays one part of a path")
    func segments() throws {
        #expect(try PathSegment.encode("00:15:65:aa:bb:cc") == "00:15:65:aa:bb:cc")
        #expect(try PathSegment.encode("a/b?c=é") == "a%2Fb%3Fc%3D%C3%A9")
        #expect(throws: (any Error).self) { try PathSegment.encode("") }
    }
}
