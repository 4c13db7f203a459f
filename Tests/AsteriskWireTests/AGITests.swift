// SPDX-License-Identifier: GPL-3.0-or-later

import AsteriskWire
import Testing

@Suite("AGI")
struct AGITests {
    private func elements(_ text: String) throws -> [AGIReader.Element] {
        var reader = AGIReader()
        reader.append(text.utf8)
        var elements: [AGIReader.Element] = []
        while let element = try reader.next() { elements.append(element) }
        return elements
    }

    @Test("the request that an Asterisk sent says which phone dialled what")
    func request() throws {
        let said = try Recording("fastagi").said(by: .asterisk, in: 0)
        guard case .request(let request) = try elements(said).first else {
            Issue.record("no request was read")
            return
        }
        #expect(request.script == "provision")
        #expect(request.arguments == ["123456", "10.77.0.12:5064"])
        #expect(request.endpoint == "102")
        #expect(request["context"] == "internal")
        #expect(request["accountcode"] == "")
    }

    @Test("an Asterisk's answers to commands are read")
    func answers() throws {
        let recording = try Recording("fastagi")
        let responses = try elements(recording.said(by: .asterisk, in: 0)).dropFirst().map { element in
            guard case .response(let response) = element else { throw AsteriskWireError.malformed(line: "", expected: "answer") }
            return response
        }
        #expect(responses.map(\.code) == [200, 200, 200, 200, 200, 200, 510, 200])
        #expect(responses.map(\.value) == ["10.77.0.12:5064", "10.77.0.12:5064", nil, nil, nil, nil, nil, nil])
        #expect(responses.map(\.isSuccess) == [true, true, true, true, true, false, false, true])
        #expect(responses[6].text == "Invalid or unknown command")
    }

    @Test("commands are written as the Asterisk took them")
    func commands() throws {
        let said = try Recording("fastagi").said(by: .server, in: 0).split(separator: "\n").map { "\($0)\n" }
        let ours: [AGICommand] = [
            .getVariable("CHANNEL(pjsip,remote_addr)"), .setVariable("WAZO_PROV_OK", "1"), .setVariable("PROV_REASON", "unknown code \"42\""),
            .verbose("done", level: 1),
        ]
        for command in ours { #expect(said.contains(try command.encoded)) }
    }

    @Test("a line break in a value is refused, not sent as a command")
    func lineBreaks() {
        #expect(throws: AsteriskWireError.lineBreak(field: "NAME")) { try AGICommand.setVariable("NAME", "a\nEXEC System \"rm\"").encoded }
        #expect(throws: AsteriskWireError.self) { try AGICommand.setVariable("NAME \"x\"\nEXEC", "1").encoded }
        #expect(throws: AsteriskWireError.self) { try AGICommand.verbose("a\r\nb", level: 1).encoded }
    }

    @Test(
        "a channel's name tells its endpoint",
        arguments: [
            ("PJSIP/101-0000002a", "101"), ("PJSIP/ap-1-x-0000002A", "ap-1-x"), ("SIP/101-0000002a", nil), ("PJSIP/101", nil),
            ("PJSIP/-0000002a", nil), ("PJSIP/101-2a", nil), ("PJSIP/101-0000002g", nil), ("Local/101@x-0000002a;1", nil),
        ])
    func endpoints(channel: String, endpoint: String?) throws {
        #expect(try AGIRequest(lines: ["agi_channel: \(channel)"]).endpoint == endpoint)
    }

    @Test("a script's name ends at a question mark, and arguments at the first that is missing")
    func scripts() throws {
        let request = try AGIRequest(lines: ["agi_network_script: provision?x=1", "agi_arg_1: ", "agi_arg_2: b", "agi_arg_4: d"])
        #expect(request.script == "provision")
        #expect(request.arguments == ["", "b"])
    }

    @Test("a usage text is one answer, and a hang-up is none")
    func usage() throws {
        let elements = try elements(
            "agi_network: yes\n\nHANGUP\n520-Invalid command syntax.  Proper usage follows:\nUsage: X\n200 result=0\n520 End of proper usage.\n200 result=1\n")
        #expect(elements.count == 4)
        #expect(elements[1] == .hangup)
        guard case .response(let usage) = elements[2], case .response(let last) = elements[3] else {
            Issue.record("\(elements)")
            return
        }
        #expect(usage.code == 520)
        #expect(last.isSuccess)
    }

    @Test(
        "what is no request is refused",
        arguments: ["GET / HTTP/1.1\r\n\r\n", "agi_a: 1\nagi_a: 2\n\n", "agi_a\n\n", String(repeating: "agi_a", count: 2_000), "\n200\n", "\nhello\n", "\n200 ok\n"])
    func garbage(text: String) {
        #expect(throws: AsteriskWireError.self) { try elements(text) }
    }

    @Test("a request with endless lines is refused")
    func endless() {
        let lines = (0..<1_000).map { "agi_x\($0): y\n" }.joined()
        #expect(throws: AsteriskWireError.tooManyLines(limit: 256)) { try elements(lines) }
    }

    @Test("every prefix of a session, and bytes one by one, are read without a fault")
    func pieces() throws {
        let said = Array(try Recording("fastagi").said(by: .asterisk, in: 0).utf8)
        let whole = try elements(String(decoding: said, as: UTF8.self))
        var reader = AGIReader(), read: [AGIReader.Element] = []
        for byte in said {
            reader.append([byte])
            while let element = try reader.next() { read.append(element) }
        }
        #expect(read == whole)
        for count in said.indices { #expect(try elements(String(decoding: said[..<count], as: UTF8.self)).count <= whole.count) }
    }

    @Test("random bytes do not crash the reader", arguments: 0..<200)
    func random(seed: Int) {
        var reader = AGIReader()
        reader.append("agi_network: yes\n".utf8)
        reader.append(randomBytes(2_000, seed: UInt64(seed) + 1))
        while let element = try? reader.next() { _ = element }
    }
}
