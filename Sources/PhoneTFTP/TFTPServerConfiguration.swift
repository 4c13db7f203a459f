// SPDX-License-Identifier: GPL-3.0-or-later

public import NIOCore
public import SocketActivation
public import TFTP

/// Where a ``TFTPServer`` listens, and its bounds.
public struct TFTPServerConfiguration: Sendable {
    /// Which port a file is sent from.
    public enum PortMode: Hashable, Sendable, CaseIterable {
        /// Another port than the one that requests arrive at, as RFC 1350 has it. Transfers of different clients may share it.
        case separate
        /// The port that requests arrive at, for NAT and firewalls that let only answers from there through.
        ///
        /// Listen on explicit addresses with it: a wildcard socket of a host with several addresses may answer from
        /// another address than the one that was asked.
        case single
    }

    /// The port of TFTP.
    public static let defaultPort = 69

    /// The addresses and ports to listen on. IPv6 sockets take no IPv4, so that both wildcards can be given.
    public var addresses: [SocketAddress]
    /// Sockets that are open already: those that are bound to one of the addresses are listened on, instead of new ones.
    public var inherited = InheritedSockets()
    /// Which port a file is sent from.
    public var portMode: PortMode = .separate
    /// The options to agree to. Over IPv6 the block size is kept 20 bytes lower, the difference of the headers.
    public var optionLimits = TFTPOptionLimits()
    /// How patient a transfer is.
    public var transferLimits = TFTPTransferLimits()
    /// Transfers at one time: a site's phones booting at once after a power cut, each with a socket and some kilobytes.
    public var maximumTransfers = 2000
    /// Transfers at one time with one client address. Phones behind a NAT share theirs.
    public var maximumTransfersPerClient = 256
    /// How long a file source may take. A client has given up long before.
    public var answerTimeout: Duration = .seconds(30)
    /// How long transfers may go on when the server is asked to stop.
    public var shutdownGrace: Duration = .seconds(10)
    /// Event loops to share the work of each address among. One fills a gigabit link, and the fewer there are, the more
    /// clients are served by one system call; the other processors have phones to render configurations for.
    public var eventLoopsPerAddress = min(max(System.coreCount / 2, 1), 4)
    /// Complaints about datagrams that are no proper requests, each second; the others are dropped, so that nobody can
    /// use the server to flood a third party.
    public var maximumComplaintsPerSecond = 100
    /// Bytes of the largest file that is converted to netascii. It is text that is converted, in memory.
    public var maximumNetasciiByteCount = 1024 * 1024

    /// Makes a configuration with the default bounds.
    public init(addresses: [SocketAddress]) {
        self.addresses = addresses
    }
}
