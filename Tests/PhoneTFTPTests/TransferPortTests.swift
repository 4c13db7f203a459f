// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import Testing
import TFTP

@testable import PhoneTFTP

/// Which port transfers come from.
@Suite struct TransferPortTests {
    private let bytes = sampleBytes(1300)

    /// Transfers of different clients share a port; the blocks of each go to the client that asked for them.
    @Test func clientsShareAPort() async throws {
        try await withServer(TestSource(file: bytes), configure: { $0.eventLoopsPerAddress = 1 }) { address, _ in
            try await TestClient.with(address) { first in
                try await first.send(.request(TFTPRequest(fileName: "file")))
                let (opening, port) = try await first.receive()
                #expect(opening == .data(block: 1, payload: Array(bytes[..<512])))
                let second = try await TestClient.with(address) { try await $0.fetch("file") }
                #expect(second.peer == port)
                #expect(second.bytes == bytes)
                try await first.send(.acknowledgment(block: 1), to: port)
                #expect(try await first.receive().packet == .data(block: 2, payload: Array(bytes[512..<1024])))
            }
        }
    }

    /// What is late from a client's former transfer cannot reach its next.
    @Test func aClientsNextTransferHasAnotherPort() async throws {
        try await withServer(TestSource(file: bytes), configure: { $0.eventLoopsPerAddress = 1 }) { address, _ in
            try await TestClient.with(address) { client in
                var ports: Set<SocketAddress> = []
                for _ in 0..<30 {
                    let fetched = try await client.fetch("file")
                    #expect(fetched.bytes == bytes)
                    if let peer = fetched.peer { ports.insert(peer) }
                }
                // Ports come round again, but only after more than a dozen others.
                #expect(ports.count > 12)
            }
        }
    }

    /// More clients than one port takes are served at the same time.
    @Test func manyClientsAtOnce() async throws {
        try await withServer(TestSource(file: bytes), configure: { $0.eventLoopsPerAddress = 1 }) { address, _ in
            try await withThrowingTaskGroup(of: TestClient.Fetched.self) { group in
                for _ in 0..<100 { group.addTask { try await TestClient.with(address) { try await $0.fetch("file") } } }
                for try await fetched in group { #expect(fetched.bytes == bytes) }
            }
        }
    }
}
