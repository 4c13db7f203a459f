// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPWire
import NetTypes

/// Notes who else answers DHCPINFORM here, as far as its answers pass. A pure value.
struct OtherResponders: Sendable {
    /// Servers remembered; they can be forged without end.
    private static let limit = 256

    private let own: IPv4Address
    private var told: Set<IPv4Address> = []

    /// Makes a list of nobody.
    init(own: IPv4Address) { self.own = own }

    /// Takes a datagram to the clients' port.
    ///
    /// - Returns: The server, if it answers an INFORM, is not this one, and was not told before.
    mutating func news(in datagram: [UInt8]) -> IPv4Address? {
        // Only the answer to an INFORM gives no address (RFC 2131, table 3).
        guard let packet = try? DHCPPacket(decoding: datagram[...]), packet.operation == .bootReply,
            (try? packet.options.messageType) == .ack, packet.yiaddr == .any,
            let server = try? packet.options.serverIdentifier, server != own
        else { return nil }
        if told.count >= Self.limit { told = [] }
        return told.insert(server).inserted ? server : nil
    }
}
