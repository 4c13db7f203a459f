// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOPosix
import PhoneTFTP
import TFTP
import Testing

/// Bytes that differ from block to block.
func sampleBytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
}

@Suite(.timeLimit(.minutes(10))) struct TFTPServerTests {
    @Test(arguments: [0, 1, 511, 512, 513, 1024, 40_000]) func aFileArrives(size: Int) async throws {
        let source = TestSource(file: sampleBytes(size))
        try await withServer(source) { address, _ in
            let fetched = try await TestClient.with(address) { try await $0.fetch("/file") }
            #expect(fetched.bytes == sampleBytes(size))
            #expect(fetched.options.isEmpty)
            #expect(fetched.peer != address)
            let outcome = await source.outcome()
            #expect(outcome?.ending == .completed)
            #expect(outcome?.acknowledgedByteCount == UInt64(size))
        }
    }

    @Test(arguments: TFTPServerConfiguration.PortMode.allCases) func optionsWork(mode: TFTPServerConfiguration.PortMode) async throws {
        let source = TestSource(file: sampleBytes(20_000))
        try await withServer(source, configure: { $0.portMode = mode }) { address, _ in
            for options: [(TFTPOption.Name, Int)] in [
                [(.blockSize, 1000)], [(.blockSize, 1428), (.windowSize, 8), (.transferSize, 0), (.timeout, 5)], [(.windowSize, 64)],
                [(.blockSize, 8)], [(.transferSize, 0)],
            ] {
                let fetched = try await TestClient.with(address) { try await $0.fetch("file", options: options) }
                #expect(fetched.bytes == sampleBytes(20_000))
                #expect(fetched.options.count == options.count)
                #expect((fetched.peer == address) == (mode == .single))
            }
        }
    }

    @Test func lostBlocksAreRepeated() async throws {
        try await withServer(TestSource(file: sampleBytes(20_000))) { address, _ in
            for window in [1, 8] {
                let fetched = try await TestClient.with(address) {
                    try await $0.fetch("file", options: [(.windowSize, window)], dropping: [1, 12, 40])
                }
                #expect(fetched.bytes == sampleBytes(20_000))
            }
        }
    }

    @Test func netasciiIsConvertedAndItsSizeIsRight() async throws {
        try await withServer(TestSource(file: Array("one\ntwo\r\n".utf8))) { address, _ in
            let fetched = try await TestClient.with(address) {
                try await $0.fetch("file", mode: .netascii, options: [(.transferSize, 0)])
            }
            #expect(fetched.bytes == Array("one\r\ntwo\r\0\r\n".utf8))
            #expect(fetched.options == [TFTPOption(name: "tsize", value: "12")])
        }
    }

    @Test func aSourceMaySpareAClientTheOptions() async throws {
        let source = TestSource(["plain": .bytes(ByteBuffer(bytes: sampleBytes(2000)))])
        try await withServer(source) { address, _ in
            let fetched = try await TestClient.with(address) { try await $0.fetch("plain", options: [(.blockSize, 1428)]) }
            #expect(fetched.options.isEmpty)
            #expect(fetched.bytes == sampleBytes(2000))
        }
    }

    @Test func aRefusalIsSentAndReported() async throws {
        let source = TestSource(["secret": .refuse(.accessViolation, "Not for you.")])
        try await withServer(source) { address, _ in
            let secret = try await TestClient.with(address) { try await $0.fetch("secret") }
            #expect(secret.error == .accessViolation)
            #expect(await source.outcome()?.ending == .refused(code: .accessViolation, message: "Not for you."))
            let nothing = try await TestClient.with(address) { try await $0.fetch("nothing") }
            #expect(nothing.error == .fileNotFound)
        }
    }

    @Test func whatIsNoReadRequestIsAnswered() async throws {
        let source = TestSource(file: [])
        try await withServer(source) { address, _ in
            let cases: [([UInt8], TFTPErrorCode)] = [
                (TFTPRequest(.write, fileName: "f").serialized(), .notDefined),
                (Array("\0\u{1}f\0mail\0".utf8), .notDefined),
                (Array("\0\u{1}../f\0octet\0".utf8), .fileNotFound),
                (Array("\0\u{1}f".utf8), .illegalOperation),
                (Array("\0\u{9}".utf8), .illegalOperation),
                ([0, 4, 0, 1], .unknownTransferID),
            ]
            for (bytes, code) in cases {
                try await TestClient.with(address) { client in
                    try await client.send(raw: bytes)
                    guard case .error(code, _) = try await client.receive().packet else {
                        Issue.record("no error \(code) for \(bytes)")
                        return
                    }
                }
            }
            #expect(source.asked.isEmpty)
        }
    }

    @Test func aStrangerIsTurnedAwayAndTheTransferGoesOn() async throws {
        try await withServer(TestSource(file: sampleBytes(600))) { address, _ in
            try await TestClient.with(address) { client in
                try await client.send(.request(TFTPRequest(fileName: "file")))
                let port = try await client.receive().peer
                try await TestClient.with(port) { stranger in
                    try await stranger.send(.acknowledgment(block: 1))
                    guard case .error(.unknownTransferID, _) = try await stranger.receive().packet else {
                        Issue.record("the stranger was not turned away")
                        return
                    }
                }
                try await client.send(.acknowledgment(block: 1), to: port)
                #expect(try await client.receive().packet == .data(block: 2, payload: Array(sampleBytes(600)[512...])))
                try await client.send(.acknowledgment(block: 2), to: port)
            }
        }
    }

    @Test func aRepeatedRequestStartsNoSecondTransfer() async throws {
        let source = TestSource(["file": .bytes(ByteBuffer(bytes: sampleBytes(600)))], delay: .milliseconds(50))
        try await withServer(source) { address, _ in
            try await TestClient.with(address) { client in
                let request = TFTPPacket.request(TFTPRequest(fileName: "file"))
                for _ in 0..<3 { try await client.send(request) }
                let (packet, port) = try await client.receive()
                #expect(packet == .data(block: 1, payload: Array(sampleBytes(600)[..<512])))
                try await client.send(request)
                try await client.send(.acknowledgment(block: 1), to: port)
                let (second, samePort) = try await client.receive()
                #expect(second == .data(block: 2, payload: Array(sampleBytes(600)[512...])))
                #expect(samePort == port)
                try await client.send(.acknowledgment(block: 2), to: port)
                _ = await source.outcome()
                #expect(source.asked.count == 1)
            }
        }
    }

    @Test func anotherRequestFromTheSamePortSupersedes() async throws {
        let source = TestSource(["one": .bytes(ByteBuffer(bytes: [1])), "two": .bytes(ByteBuffer(bytes: [2]))])
        try await withServer(source) { address, _ in
            try await TestClient.with(address) { client in
                try await client.send(.request(TFTPRequest(fileName: "one")))
                #expect(try await client.receive().packet == .data(block: 1, payload: [1]))
                try await client.send(.request(TFTPRequest(fileName: "two")))
                let (packet, port) = try await client.receive()
                #expect(packet == .data(block: 1, payload: [2]))
                try await client.send(.acknowledgment(block: 1), to: port)
            }
            let first = await source.outcome()
            #expect(first?.ending == .superseded)
        }
    }

    @Test func theRequestTellsAddressesAndNames() async throws {
        let source = TestSource(file: [])
        try await withServer(source) { address, _ in
            _ = try await TestClient.with(address, from: "127.0.0.3") {
                try await $0.fetch("\\file", options: [(.transferSize, 0)])
            }
            let request = try #require(source.asked.first)
            #expect(request.fileName == "\\file")
            #expect(request.path == "file")
            #expect(request.client.ipAddress == "127.0.0.3")
            #expect(request.local == address)
            #expect(request.options == [TFTPOption(name: "tsize", value: "0")])
        }
    }

    @Test func aWildcardAnswersFromTheAddressThatWasAsked() async throws {
        let source = TestSource(file: sampleBytes(3))
        try await withServer(source, at: "0.0.0.0") { address, _ in
            let asked = try SocketAddress(ipAddress: "127.0.0.2", port: #require(address.port))
            let fetched = try await TestClient.with(asked) { try await $0.fetch("file") }
            #expect(fetched.bytes == sampleBytes(3))
            #expect(fetched.peer?.ipAddress == "127.0.0.2")
            let refused = try await TestClient.with(asked) { try await $0.fetch("nothing") }
            #expect(refused.error == .fileNotFound)
            #expect(refused.peer?.ipAddress == "127.0.0.2")
        }
    }

    @Test(.enabled(if: hasIPv6)) func iPv6Works() async throws {
        try await withServer(TestSource(file: sampleBytes(9000)), at: "::1") { address, _ in
            let fetched = try await TestClient.with(address, from: "::1") {
                try await $0.fetch("file", options: [(.blockSize, 65464)])
            }
            #expect(fetched.bytes == sampleBytes(9000))
            #expect(fetched.options == [TFTPOption(name: "blksize", value: "1448")])
        }
    }

    @Test func manyClientsAreServedAtOnce() async throws {
        try await withServer(TestSource(file: sampleBytes(30_000))) { address, _ in
            try await withThrowingTaskGroup(of: TestClient.Fetched.self) { group in
                for _ in 0..<100 {
                    group.addTask { try await TestClient.with(address) { try await $0.fetch("file", options: [(.blockSize, 1024)]) } }
                }
                for try await fetched in group { #expect(fetched.bytes == sampleBytes(30_000)) }
            }
        }
    }
}

/// Whether this machine has an IPv6 loopback address.
private let hasIPv6 =
    (try? DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .bind(host: "::1", port: 0).flatMap { $0.close() }.wait()) != nil
