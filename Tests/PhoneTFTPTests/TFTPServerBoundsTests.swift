// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import NIOCore
import PhoneTFTP
import ServiceLifecycle
import TFTP
import Testing

@Suite(.timeLimit(.minutes(10))) struct TFTPServerBoundsTests {
    @Test func beyondTheBoundsTheServerIsBusy() async throws {
        try await withServer(
            TestSource(file: sampleBytes(600)),
            configure: {
                $0.maximumTransfers = 3
                $0.maximumTransfersPerClient = 2
                $0.shutdownGrace = .zero
            }
        ) { address, _ in
            func hold(from ip: String, _ body: () async throws -> Void) async throws {
                try await TestClient.with(address, from: ip) { client in
                    try await client.send(.request(TFTPRequest(fileName: "file")))
                    guard case .data = try await client.receive().packet else { throw ChannelError.eof }
                    try await body()
                }
            }
            func isBusy(_ ip: String) async throws -> Bool {
                try await TestClient.with(address, from: ip) { try await $0.fetch("file") }.error == .notDefined
            }
            try await hold(from: "127.0.0.1") {
                try await hold(from: "127.0.0.1") {
                    #expect(try await isBusy("127.0.0.1"))
                    try await hold(from: "127.0.0.2") {
                        let isBusyForAll = try await isBusy("127.0.0.3")
                        #expect(isBusyForAll)
                    }
                }
            }
        }
    }

    @Test func complaintsAreBounded() async throws {
        try await withServer(TestSource(file: []), configure: { $0.maximumComplaintsPerSecond = 0 }) { address, _ in
            try await TestClient.with(address) { client in
                try await client.send(raw: [0, 9])
                #expect(try await client.fetch("file").error == nil)
            }
        }
    }

    /// Nothing can be sent to port 0, and a server that tried could lose its socket. Making such datagrams takes privileges.
    @Test(.enabled(if: geteuid() == 0)) func datagramsFromPortZeroAreIgnored() async throws {
        let source = TestSource(file: sampleBytes(600))
        try await withServer(source) { address, _ in
            let port = try #require(address.port.flatMap { UInt16(exactly: $0) })
            for payload in [TFTPPacket.acknowledgment(block: 0).serialized(), TFTPRequest(fileName: "none").serialized(), [0, 9]] {
                try sendFromPortZero(payload, to: port)
            }
            // The same socket has taken these before it answers this.
            #expect(try await TestClient.with(address) { try await $0.fetch("file") }.bytes == sampleBytes(600))
            #expect(source.asked.map(\.path) == ["file"])
        }
    }

    /// Sends a UDP datagram with a forged source port over the loopback interface.
    private func sendFromPortZero(_ payload: [UInt8], to port: UInt16) throws {
        let raw = socket(AF_INET, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_UDP))
        guard raw >= 0 else { return }
        defer { close(raw) }
        let length = UInt16(8 + payload.count)
        // Source port, destination port, length, and no checksum.
        let datagram = [0, 0, UInt8(port >> 8), UInt8(port & 0xFF), UInt8(length >> 8), UInt8(length & 0xFF), 0, 0] + payload
        let target = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
        let count = unsafe target.withSockAddr { address, size in
            unsafe sendto(raw, datagram, datagram.count, 0, address, socklen_t(size))
        }
        #expect(count == datagram.count)
    }

    @Test func aFileThatIsNotReadyInTimeIsGivenUp() async throws {
        let source = TestSource(["file": .bytes(ByteBuffer())], delay: .milliseconds(400))
        try await withServer(source, configure: { $0.answerTimeout = .milliseconds(100) }) { address, _ in
            try await TestClient.with(address) { try await $0.send(.request(TFTPRequest(fileName: "file"))) }
            #expect(await source.outcome()?.ending == .superseded)
        }
    }

    @Test func aTransferMayFinishDuringShutdown() async throws {
        let source = TestSource(file: sampleBytes(1500))
        try await withServer(source) { address, services in
            try await TestClient.with(address) { client in
                try await client.send(.request(TFTPRequest(fileName: "file")))
                var (packet, port) = try await client.receive()
                await services.triggerGracefulShutdown()
                for block: UInt16 in 1...3 {
                    guard case .data(block, _) = packet else { Issue.record("no block \(block)"); return }
                    try await client.send(.acknowledgment(block: block), to: port)
                    if block < 3 { (packet, port) = try await client.receive() }
                }
            }
            #expect(await source.outcome()?.ending == .completed)
        }
    }

    @Test func shutdownDoesNotWaitForEver() async throws {
        let source = TestSource(file: sampleBytes(1500))
        try await withServer(source, configure: { $0.shutdownGrace = .milliseconds(100) }) { address, services in
            try await TestClient.with(address) { client in
                try await client.send(.request(TFTPRequest(fileName: "file")))
                _ = try await client.receive()
                await services.triggerGracefulShutdown()
                guard case .error(.notDefined, _) = try await client.receive().packet else {
                    Issue.record("the client was not told")
                    return
                }
            }
            guard case .stoppedByServer? = await source.outcome()?.ending else {
                Issue.record("not reported")
                return
            }
        }
    }

    @Test func aPortInUseIsNamedWithItsRemedy() async throws {
        try await withServer(TestSource(file: [])) { address, _ in
            let error = await #expect(throws: TFTPServerError.self) {
                try await withServer(TestSource(file: []), configure: { $0.addresses = [address] }) { _, _ in }
            }
            #expect(error?.code == .portInUse)
            #expect(error?.description.contains("ss -ulpn sport = :\(address.port ?? 0)") == true)
        }
    }

    @Test func anAddressOfAnotherHostIsNamed() async throws {
        let elsewhere = try SocketAddress(ipAddress: "192.0.2.1", port: 6969)
        let error = await #expect(throws: TFTPServerError.self) {
            try await withServer(TestSource(file: []), configure: { $0.addresses = [elsewhere] }) { _, _ in }
        }
        #expect(error?.code == .addressUnavailable)
    }
}
