// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPWire
import Glibc
import NetTypes

/// A packet socket on one interface that sends DISCOVERs and reads what comes back. It sends nothing else: no REQUEST,
/// so that no lease is taken.
struct DiscoverSocket: ~Copyable {
    private static let ipv4: UInt16 = 0x0800

    private let descriptor: Int32
    private let index: Int32

    /// Opens a socket on an interface of this thread's network namespace.
    static func open(on interface: String) throws(VerificationFailure) -> DiscoverSocket {
        let index = Int32(clamping: unsafe if_nametoindex(interface))
        guard index > 0 else { throw VerificationFailure("there is no interface “\(interface)”") }
        let descriptor = socket(AF_PACKET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), Int32(ipv4.bigEndian))
        guard descriptor >= 0 else { throw VerificationFailure("no packet socket can be opened: run as root") }
        let opened = DiscoverSocket(descriptor: descriptor, index: index)
        let address = address(index)
        let status = unsafe address.withUnsafeBytes {
            unsafe bind(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
        guard status == 0 else { throw VerificationFailure("no packet socket can be bound to “\(interface)”") }
        return opened
    }

    private init(descriptor: Int32, index: Int32) {
        self.descriptor = descriptor
        self.index = index
    }

    deinit { close(descriptor) }

    /// Broadcasts a DISCOVER.
    func send(_ packet: DHCPPacket) throws {
        guard try packet.options.messageType == .discover else { throw VerificationFailure("only DISCOVERs are sent") }
        let isRelayed = packet.giaddr != .any
        let port = isRelayed ? UDPDatagram.dhcpServer : UDPDatagram.dhcpClient
        let source = packet.giaddr
        let datagram = UDPDatagram(from: port, to: UDPDatagram.dhcpServer, payload: try packet.encoded()[...])
        let bytes = try IPv4Packet(
            from: source, to: .broadcast, protocolNumber: IPv4Packet.udp,
            payload: try datagram.encoded(from: source, to: .broadcast)[...]
        ).encoded()
        let everybody = Self.address(index)
        let count = unsafe everybody.withUnsafeBytes { address in
            unsafe bytes.withUnsafeBytes {
                unsafe sendto(
                    descriptor, $0.baseAddress, $0.count, 0, address.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(address.count))
            }
        }
        guard count == bytes.count else { throw VerificationFailure("the DISCOVER could not be sent: is the interface up?") }
    }

    /// Waits for the offer that answers a DISCOVER.
    ///
    /// - Returns: `nil` if none came in time.
    func offer(to xid: UInt32, within patience: Duration) throws(VerificationFailure) -> DHCPPacket? {
        try offers(to: xid, within: patience) { !$0.isEmpty }.first?.packet
    }

    /// Collects the offers that answer a DISCOVER until there are enough or the time is over.
    func offers(
        to xid: UInt32, within patience: Duration, until isEnough: ([HeardOffer]) -> Bool
    ) throws(VerificationFailure) -> [HeardOffer] {
        let deadline = ContinuousClock.now + patience
        var offers: [HeardOffer] = []
        while !isEnough(offers) {
            try Interruption.check()
            let left = deadline - ContinuousClock.now
            guard left > .zero else { break }
            let (seconds, attoseconds) = left.components
            var descriptors = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
            let milliseconds = Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
            guard unsafe poll(&descriptors, 1, milliseconds) > 0 else { continue }
            if let offer = receive(), offer.packet.xid == xid, (try? offer.packet.options.messageType) == .offer { offers.append(offer) }
        }
        return offers
    }

    /// The next packet, if it is a DHCP server's. Whatever else passes on the network is nobody's business here.
    private func receive() -> HeardOffer? {
        var buffer = [UInt8](repeating: 0, count: 65_536), sender = Self.address(index)
        var senderLength = socklen_t(sender.count)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe sender.withUnsafeMutableBytes { address in
                unsafe recvfrom(
                    descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT), address.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                    &senderLength)
            }
        }
        guard count > 0, let packet = try? IPv4Packet(decoding: buffer[..<count]), packet.protocolNumber == IPv4Packet.udp, !packet.isFragment,
            let datagram = try? UDPDatagram(decoding: packet.payload), datagram.sourcePort == UDPDatagram.dhcpServer,
            let message = try? DHCPPacket(decoding: datagram.payload), message.operation == .bootReply
        else { return nil }
        // The length of the hardware address stands before its eight octets (`packet(7)`).
        return HeardOffer(packet: message, hardware: sender[11] == 6 ? MACAddress(octets: sender[12..<18]) : nil)
    }

    /// `sockaddr_ll` for everybody on the interface (`packet(7)`); Swift's module of the C library does not declare it.
    private static func address(_ index: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        unsafe withUnsafeBytes(of: UInt16(AF_PACKET)) { bytes += unsafe Array($0) }
        unsafe withUnsafeBytes(of: ipv4.bigEndian) { bytes += unsafe Array($0) }
        unsafe withUnsafeBytes(of: index) { bytes += unsafe Array($0) }
        // Hardware type and packet type are the kernel's; then the length of the address and its eight octets.
        return bytes + [0, 0, 0, 6] + [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0]
    }
}
