// SPDX-License-Identifier: GPL-3.0-or-later

import TFTP
import Testing

/// The bytes of a datagram, written as text with `0` for NUL where that reads better than escapes.
private func datagram(_ opcode: UInt8, _ fields: String...) -> [UInt8] {
    [0, opcode] + fields.flatMap { Array($0.utf8) + [0] }
}

private func parsed(_ bytes: [UInt8]) throws(TFTPParseError) -> TFTPPacket {
    try TFTPPacket(parsing: bytes.span)
}

private func request(_ bytes: [UInt8]) throws -> TFTPRequest {
    guard case .request(let request) = try parsed(bytes) else { throw TFTPParseError.truncated }
    return request
}

@Suite struct TFTPPacketTests {
    static let packets: [TFTPPacket] = [
        .request(TFTPRequest(fileName: "001565aabbcc.cfg")),
        .request(
            TFTPRequest(
                fileName: "dir/a b.bin", mode: .netascii,
                options: [TFTPOption(name: "blksize", value: "1428"), TFTPOption(name: "tsize", value: "0")])),
        .request(TFTPRequest(.write, fileName: "log.txt")),
        .data(block: 1, payload: []),
        .data(block: 65535, payload: Array(0...255)),
        .acknowledgment(block: 0),
        .acknowledgment(block: 0x1234),
        .error(code: .fileNotFound, message: "File not found."),
        .error(code: TFTPErrorCode(rawValue: 999), message: ""),
        .optionAcknowledgment([TFTPOption(name: "BLKSIZE", value: "8")]),
        .optionAcknowledgment([]),
    ]

    @Test(arguments: packets) func aPacketSurvivesTheWayOverTheWire(packet: TFTPPacket) throws {
        #expect(try parsed(packet.serialized()) == packet)
    }

    @Test(arguments: packets) func noPrefixOfAPacketCrashes(packet: TFTPPacket) {
        let bytes = packet.serialized()
        for count in 0..<bytes.count { _ = try? parsed(Array(bytes.prefix(count))) }
        #expect(throws: TFTPParseError.truncated) { try parsed([0]) }
    }

    @Test func randomBytesDoNotCrash() {
        var generator = SeededGenerator(seed: 1350)
        for _ in 0..<20_000 {
            var bytes = (0..<Int.random(in: 0...80, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            if bytes.count > 1 { bytes.replaceSubrange(0..<2, with: [0, UInt8.random(in: 0...7, using: &generator)]) }
            guard let packet = try? parsed(bytes) else { continue }
            _ = packet.serialized()
            if case .request(let request) = packet { _ = try? request.relativePath() }
        }
    }

    @Test func wireFormIsThatOfTheRFC() throws {
        #expect(TFTPPacket.acknowledgment(block: 0x0102).serialized() == [0, 4, 1, 2])
        #expect(TFTPPacket.data(block: 1, payload: [7]).serialized() == [0, 3, 0, 1, 7])
        #expect(TFTPPacket.error(code: .unknownTransferID, message: "x").serialized() == [0, 5, 0, 5, 0x78, 0])
        #expect(TFTPRequest(fileName: "a").serialized() == datagram(1, "a", "octet"))
        #expect(TFTPPacket.dataHeader(block: 0xABCD) == 0x0003_ABCD)
    }

    @Test func unknownOpcodesAreRefused() {
        for opcode: UInt16 in [0, 7, 256, 65535] {
            #expect(throws: TFTPParseError.unknownOpcode(opcode)) {
                try parsed([UInt8(opcode >> 8), UInt8(opcode & 0xFF), 0, 0])
            }
        }
    }

    @Test func paddingAfterAnAcknowledgmentIsIgnored() throws {
        #expect(try parsed([0, 4, 0, 9, 0, 0, 0, 0]) == .acknowledgment(block: 9))
    }

    @Test func anErrorMessageIsShortenedAndMadePrintable() throws {
        let bytes: [UInt8] = [0, 5, 0, 0] + [0x41, 0x1B, 0xFF] + Array(repeating: 0x42, count: 500)
        guard case .error(_, let message) = try parsed(bytes) else { Issue.record("no error packet"); return }
        #expect(message.hasPrefix("A??BB"))
        #expect(message.utf8.count == TFTPPacket.maximumErrorMessageByteCount)
    }
}

@Suite struct TFTPRequestTests {
    @Test(arguments: ["octet", "OCTET", "Octet", "oCtEt"]) func modeNamesHaveNoCase(name: String) throws {
        #expect(try request(datagram(1, "f", name)).mode == .octet)
    }

    @Test(arguments: ["mail", "binary", "octets"]) func otherModesAreRefusedByName(name: String) {
        #expect(throws: TFTPParseError.unsupportedMode(name)) { try request(datagram(1, "f", name)) }
    }

    @Test func optionNamesHaveNoCase() throws {
        let request = try request(datagram(1, "f", "octet", "BlkSize", "1024", "TSIZE", "0"))
        #expect(request.value(of: .blockSize) == "1024")
        #expect(request.value(of: .transferSize) == "0")
        #expect(request.value(of: .windowSize) == nil)
    }

    @Test func theFinalNULMayBeMissing() throws {
        #expect(try request(Array(datagram(1, "f", "octet").dropLast())).mode == .octet)
        #expect(try request(Array(datagram(1, "f", "octet", "blksize", "64").dropLast())).value(of: .blockSize) == "64")
    }

    @Test func whatFollowsTheLastWholeOptionIsIgnored() throws {
        let padded = try request(datagram(1, "f", "octet", "tsize", "0") + Array(repeating: 0, count: 40))
        #expect(padded.options == [TFTPOption(name: "tsize", value: "0")])
        let half = try request(datagram(1, "f", "octet", "tsize", "0", "blksize"))
        #expect(half.options == [TFTPOption(name: "tsize", value: "0")])
    }

    @Test func theFirstOfARepeatedOptionCounts() throws {
        let repeated = try request(datagram(1, "f", "octet", "blksize", "512", "BLKSIZE", "8"))
        #expect(repeated.options == [TFTPOption(name: "blksize", value: "512")])
    }

    @Test func incompleteRequestsAreRefused() {
        #expect(throws: TFTPParseError.missingFileName) { try request([0, 1]) }
        #expect(throws: TFTPParseError.missingFileName) { try request(datagram(1, "", "octet")) }
        #expect(throws: TFTPParseError.missingMode) { try request(datagram(1, "f")) }
        #expect(throws: TFTPParseError.missingMode) { try request([0, 1, 0x66]) }
    }

    @Test func excessIsRefused() {
        let options = (0...TFTPRequest.maximumOptionCount).map { TFTPOption(name: "option\($0)", value: "1") }
        let many = TFTPRequest(fileName: "f", options: options).serialized()
        #expect(throws: TFTPParseError.tooManyOptions) { try request(many) }
        let long = datagram(1, String(repeating: "x", count: 2000), "octet")
        #expect(throws: TFTPParseError.tooLong(long.count)) { try request(long) }
    }

    @Test func fileNamesMustBePlainText() {
        #expect(throws: TFTPParseError.unreadableFileName) { try request(datagram(1, "a\nb", "octet")) }
        #expect(throws: TFTPParseError.unreadableFileName) { try request([0, 1, 0xC3, 0x28, 0] + Array("octet".utf8) + [0]) }
    }

    @Test(arguments: [
        ("/phone.cfg", "phone.cfg"), ("\\\\phone.cfg", "phone.cfg"), ("dir\\sub\\f", "dir/sub/f"), ("//a//b", "a/b"), ("./a/./b", "a/b"),
        ("a/../b", "b"), ("..a", "..a"), ("a b", "a b"),
    ])
    func fileNamesAreBroughtIntoOneSpelling(sent: String, path: String) throws {
        #expect(try TFTPRequest(fileName: sent).relativePath() == path)
    }

    @Test(arguments: ["../etc/passwd", "/../x", "a/../../b", "..\\x", "..", "../\u{301}x"])
    func noPathLeadsOut(name: String) {
        #expect(throws: TFTPParseError.fileNameEscapes) { try TFTPRequest(fileName: name).relativePath() }
    }

    @Test func aNameOfSlashesIsNone() {
        #expect(throws: TFTPParseError.missingFileName) { try TFTPRequest(fileName: "//./").relativePath() }
    }
}

@Suite struct NetasciiTests {
    @Test func lineEndsAndCarriageReturnsAreMarked() {
        #expect(Netascii.encoded(Array("a\nb\rc".utf8)) == Array("a\r\nb\r\0c".utf8))
    }

    @Test func decodingUndoesEncoding() {
        var generator = SeededGenerator(seed: 764)
        for _ in 0..<500 {
            let text = (0..<Int.random(in: 0...60, using: &generator)).map { _ in [0, 10, 13, 65].randomElement(using: &generator) ?? 0 as UInt8 }
            #expect(Netascii.decoded(Netascii.encoded(text)) == text)
        }
    }

    @Test func brokenNetasciiIsKeptAsItIs() {
        #expect(Netascii.decoded(Array("a\rb\r".utf8)) == Array("a\rb\r".utf8))
    }
}
