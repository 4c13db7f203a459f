// SPDX-License-Identifier: GPL-3.0-or-later

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
