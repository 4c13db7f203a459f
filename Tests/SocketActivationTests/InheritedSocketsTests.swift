// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import NetTypes
@testable import SocketActivation
import Testing

/// What the service manager passes to the daemon.
struct InheritedSocketsTests {
    @Test func descriptorsBeginAtThreeAndHaveNames() {
        let announced = InheritedSockets.announced(
            ["LISTEN_PID": "42", "LISTEN_FDS": "3", "LISTEN_FDNAMES": "provd.socket::other"], process: 42)
        #expect(announced.map(\.descriptor) == [3, 4, 5])
        #expect(announced.map(\.name) == ["provd.socket", "unknown", "other"])
    }

    @Test(arguments: [
        [:], ["LISTEN_FDS": "2"], ["LISTEN_PID": "41", "LISTEN_FDS": "2"], ["LISTEN_PID": "42", "LISTEN_FDS": "0"],
        ["LISTEN_PID": "42", "LISTEN_FDS": "-1"], ["LISTEN_PID": "42", "LISTEN_FDS": "4000000000"], ["LISTEN_PID": "42", "LISTEN_FDS": "two"],
    ])
    func whatIsMeantForAnotherOrMakesNoSenseIsNothing(environment: [String: String]) {
        #expect(InheritedSockets.announced(environment, process: 42).isEmpty)
        #expect(InheritedSockets(environment: environment).sockets.isEmpty)
    }

    @Test func fewerNamesThanSocketsLeaveTheOthersWithoutAName() {
        let announced = InheritedSockets.announced(["LISTEN_PID": "42", "LISTEN_FDS": "2"], process: 42)
        #expect(announced.map(\.name) == ["unknown", "unknown"])
    }

    @Test func aSocketIsFoundByWhatItIsBoundTo() throws {
        let datagrams = try OpenSocket(CInt(SOCK_DGRAM.rawValue)), connections = try OpenSocket(CInt(SOCK_STREAM.rawValue), listens: true)
        let sockets = InheritedSockets([
            try #require(InheritedSocket(descriptor: datagrams.descriptor, name: "a")),
            try #require(InheritedSocket(descriptor: connections.descriptor, name: "b")),
        ])
        let port = sockets.sockets[0].port
        #expect(sockets.socket(.datagrams, host: "127.0.0.1", port: Int(port))?.name == "a")
        #expect(sockets.socket(.connections, .v4(IPv4Address(127, 0, 0, 1)), port: sockets.sockets[1].port)?.name == "b")
        #expect(sockets.socket(.connections, host: "127.0.0.1", port: Int(port)) == nil || sockets.sockets[1].port == port)
        #expect(sockets.socket(.datagrams, host: "0.0.0.0", port: Int(port)) == nil)
        #expect(sockets.socket(.datagrams, host: "provd", port: Int(port)) == nil)
        #expect(sockets.socket(.datagrams, host: "127.0.0.1", port: 70_000) == nil)
        #expect("\(sockets.sockets[0])" == "udp 127.0.0.1:\(port)")
    }

    @Test func whatCannotBeListenedOnIsNone() throws {
        let unbound = try OpenSocket(CInt(SOCK_DGRAM.rawValue), isBound: false), mute = try OpenSocket(CInt(SOCK_STREAM.rawValue))
        #expect(InheritedSocket(descriptor: unbound.descriptor, name: "a") == nil)
        #expect(InheritedSocket(descriptor: mute.descriptor, name: "a") == nil)
        #expect(InheritedSocket(descriptor: -1, name: "a") == nil)
        #expect(InheritedSocket(descriptor: 0, name: "a") == nil)
    }

    @Test func aCopyThatIsClosedLeavesTheSocketOpen() throws {
        let socket = try OpenSocket(CInt(SOCK_DGRAM.rawValue))
        let inherited = try #require(InheritedSocket(descriptor: socket.descriptor, name: "a"))
        let copy = try inherited.duplicate()
        #expect(copy != socket.descriptor)
        close(copy)
        #expect(InheritedSocket(descriptor: socket.descriptor, name: "a") == inherited)
    }
}

/// A socket on the loopback, with a port that the system chose.
private final class OpenSocket {
    let descriptor: CInt

    init(_ type: CInt, isBound: Bool = true, listens: Bool = false) throws {
        descriptor = socket(AF_INET, type, 0)
        try #require(descriptor >= 0)
        guard isBound else { return }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        try #require(result == 0)
        if listens { try #require(listen(descriptor, 8) == 0) }
    }

    deinit { close(descriptor) }
}
