// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOPosix
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

    /// What is late from a client's former transfer cannot reach its next: a port takes a client once until it has rested.
    @Test func aPortTakesAClientOnce() async throws {
        let local = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
        let clients = try (1...65).map { try SocketAddress(ipAddress: "192.0.2.1", port: 1000 + $0) }
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let admitted = try await eventLoop.flatSubmit {
            TransferPort.open(at: local, on: eventLoop).map { port in
                var admitted = [port.admit(clients[0]), port.admit(clients[0])]
                port.end(with: clients[0])
                admitted.append(port.admit(clients[0]))
                let others = clients[1...].map { port.admit($0) }
                admitted += [others.dropLast().allSatisfy { $0 }, others.last == true]
                port.startAnew()
                admitted.append(port.admit(clients[0]))
                port.channel.close(promise: nil)
                return admitted
            }.nonisolated()
        }.get()
        #expect(admitted == [true, false, false, true, false, true])
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
