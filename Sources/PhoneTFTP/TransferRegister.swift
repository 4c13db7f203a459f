// SPDX-License-Identifier: GPL-3.0-or-later

import Datagrams
import NIOCore
import NIOPosix
import TFTP

/// The requests of one listening socket and the transfers that came of them. All of it lives on one event loop.
///
/// A client is known by its address and port, so a request that was sent twice does not start a second transfer.
final class TransferRegister {
    /// How often deadlines are looked at: finer than the shortest retransmission wait.
    private static let tickInterval: TimeAmount = .milliseconds(50)

    /// A client's request and where it stands.
    private struct Entry {
        let id: UInt64
        let request: TFTPRequest
        let clientIP: String
        let since: Duration
        /// Whom to tell how it went, once the file source has answered.
        var outcome: EventLoopPromise<TFTPTransferOutcome>?
        /// The transfer, once it has a socket.
        var session: TransferSession?
        /// The socket, when it is not the listening one.
        var port: TransferPort?
    }

    private let channel: any Channel
    private let sender: DatagramSender
    private let isWildcard: Bool
    private let configuration: TFTPServerConfiguration
    private let admission: Admission
    private let threadPool: NIOThreadPool
    private let drained: EventLoopPromise<Void>
    private let submit: (TransferTicket) -> Bool
    private var entries: [SocketAddress: Entry] = [:]
    private let ports: TransferPortPool
    private var lastID: UInt64 = 0
    private var isTicking = false
    private var drainingUntil: Duration?

    /// - Parameters:
    ///   - channel: the listening socket.
    ///   - sender: of the same.
    ///   - drained: fulfilled when ``drain(until:)`` was called and the last transfer has ended.
    ///   - submit: hands a request to the file source, or returns `false` when no more are taken.
    init(
        channel: any Channel, sender: DatagramSender, configuration: TFTPServerConfiguration, admission: Admission,
        threadPool: NIOThreadPool, drained: EventLoopPromise<Void>, submit: @escaping (TransferTicket) -> Bool
    ) {
        self.channel = channel
        self.sender = sender
        isWildcard = channel.localAddress?.isWildcard ?? false
        self.configuration = configuration
        self.admission = admission
        self.threadPool = threadPool
        self.drained = drained
        self.submit = submit
        ports = TransferPortPool(eventLoop: channel.eventLoop)
    }

    /// The transfer that a datagram at the listening socket belongs to, which only single-port mode knows.
    func session(of client: SocketAddress, on mode: TFTPServerConfiguration.PortMode) -> TransferSession? {
        mode == .single ? entries[client]?.session : nil
    }
}

// MARK: - Requests

extension TransferRegister {
    /// Takes a read request in, unless it is a copy of one that is being served.
    ///
    /// - Parameters:
    ///   - destination: the client's address once more, as answers are sent to it.
    ///   - local: the address that it was sent to, if it is not the listening socket's.
    /// - Returns: `false` when too many transfers are under way.
    func requested(
        _ request: TFTPRequest, path: String, from client: SocketAddress, at local: SocketAddress?, answeringTo destination: DatagramDestination
    ) -> Bool {
        if let entry = entries[client] {
            let isIdentical = entry.request == request
            if let session = entry.session {
                session.requestRepeated(isIdentical: isIdentical)
            } else if !isIdentical {
                finished(client, entry.id, TFTPTransferOutcome(ending: .superseded))
            }
            // Unless the client has started anew, what was begun goes on.
            if entries[client] != nil { return true }
        }
        guard drainingUntil == nil, let local = local ?? channel.localAddress else { return true }
        let clientIP = client.ipAddress ?? ""
        guard admission.begin(client: clientIP) else { return false }
        lastID += 1
        entries[client] = Entry(id: lastID, request: request, clientIP: clientIP, since: NIODeadline.nowSinceStart)
        startTicking()
        let ticket = TransferTicket(
            request: TFTPReadRequest(
                fileName: request.fileName, path: path, mode: request.mode, options: request.options, client: client, local: local),
            destination: destination, id: lastID, register: NIOLoopBound(self, eventLoop: channel.eventLoop), eventLoop: channel.eventLoop)
        if !submit(ticket) { finished(client, lastID, .serverStopped) }
        return true
    }

    /// The file source has answered.
    func answered(
        _ ticket: TransferTicket, with content: Result<TransferContent, TransferContent.Refusal>, limits: TFTPOptionLimits,
        outcome: EventLoopPromise<TFTPTransferOutcome>
    ) {
        let client = ticket.request.client
        guard let request = entries[client]?.request, entries[client]?.id == ticket.id else {
            return outcome.succeed(TFTPTransferOutcome(ending: .superseded))
        }
        entries[client]?.outcome = outcome
        switch content {
        case .failure(let refusal):
            refuse(ticket, refusal)
        case .success(let content):
            let agreement = TFTPAgreement(
                answering: request.options, contentByteCount: content.byteCount, limits: limits.fitting(client))
            let transfer = TFTPTransfer(
                contentByteCount: content.byteCount, agreement: agreement, limits: configuration.transferLimits)
            if configuration.portMode == .single {
                start(ticket, content, transfer, from: sender)
            } else {
                startOnSeparatePort(ticket, content, transfer)
            }
        }
    }

    /// Removes a request from the register and tells who is waiting for its end.
    private func finished(_ client: SocketAddress, _ id: UInt64, _ outcome: TFTPTransferOutcome) {
        guard let entry = entries[client], entry.id == id else { return }
        entries[client] = nil
        admission.end(client: entry.clientIP)
        if let port = entry.port { ports.giveBack(port, from: client) }
        entry.outcome?.succeed(outcome)
        if entries.isEmpty, drainingUntil != nil { drained.succeed() }
    }
}

// MARK: - Transfers

extension TransferRegister {
    private func start(_ ticket: TransferTicket, _ content: TransferContent, _ transfer: TFTPTransfer, from sender: DatagramSender) {
        let client = ticket.request.client
        let session = TransferSession(
            client: ticket.destination, sender: sender, eventLoop: channel.eventLoop, content: content, transfer: transfer,
            threadPool: threadPool
        ) { [weak self] outcome in
            self?.finished(client, ticket.id, outcome)
        }
        entries[client]?.session = session
        entries[client]?.port?.begin(session, with: client)
        session.begin()
    }

    /// Starts on a separate port at the address that the request was sent to: the client expects the answer from there.
    private func startOnSeparatePort(_ ticket: TransferTicket, _ content: TransferContent, _ transfer: TFTPTransfer) {
        let client = ticket.request.client
        ports.withPort(at: ticket.request.local, for: client) { [self] result in
            switch result {
            case .success(let port):
                guard entries[client]?.id == ticket.id else { return ports.giveBack(port, from: client) }
                entries[client]?.port = port
                start(ticket, content, transfer, from: port.sender)
            case .failure:
                refuse(ticket, TransferContent.Refusal(code: .notDefined, message: "The server cannot open a port; try again later."))
            }
        }
    }

    private func refuse(_ ticket: TransferTicket, _ refusal: TransferContent.Refusal) {
        let client = ticket.request.client
        let packet = TFTPPacket.error(code: refusal.code, message: refusal.message)
        let datagram = ByteBuffer(bytes: packet.serialized())
        if isWildcard && configuration.portMode == .separate {
            // A wildcard socket would answer from an address of the system's choice, which clients may not accept.
            ports.withPort(at: ticket.request.local, for: client) { [self] result in
                guard case .success(let port) = result else { return send(datagram, to: ticket.destination) }
                port.sender.write(datagram, to: ticket.destination)
                ports.giveBack(port, from: client)
            }
        } else {
            send(datagram, to: ticket.destination)
        }
        finished(client, ticket.id, TFTPTransferOutcome(ending: .refused(code: refusal.code, message: refusal.message)))
    }

    private func send(_ datagram: ByteBuffer, to destination: DatagramDestination) {
        sender.write(datagram, to: destination)
        sender.flush()
    }
}

// MARK: - Time and the end

extension TransferRegister {
    private func startTicking() {
        guard !isTicking else { return }
        isTicking = true
        channel.eventLoop.assumeIsolated().scheduleTask(in: Self.tickInterval) { [weak self] in
            guard let self else { return }
            tick(now: NIODeadline.nowSinceStart)
            isTicking = false
            // A lull: nothing is kept open for a next boot.
            if entries.isEmpty { ports.closeUnused() } else { startTicking() }
        }
    }

    private func tick(now: Duration) {
        if let drainingUntil, now >= drainingUntil { return stopAll(reason: "The server is stopping; try again later.") }
        for (client, entry) in entries {
            if let session = entry.session {
                if let deadline = session.deadline, deadline <= now { session.tick(now: now) }
            } else if entry.outcome == nil, now - entry.since >= configuration.answerTimeout {
                finished(client, entry.id, TFTPTransferOutcome(ending: .stoppedByServer(reason: "The file was not ready in time.")))
            }
        }
    }

    /// Takes no more requests, lets transfers go on until this moment, and then ends those that are left.
    func drain(until end: Duration) {
        drainingUntil = end
        // What comes now is for the server after this one, if the socket stays open.
        if configuration.portMode == .separate { channel.setOption(.autoRead, value: false).whenFailure { _ in } }
        if entries.isEmpty { drained.succeed() }
    }

    /// Ends everything, since the listening socket is closed.
    func close() {
        stopAll(reason: "The server stopped.")
        ports.close()
    }

    /// Ends all transfers and requests.
    private func stopAll(reason: String) {
        for (client, entry) in entries {
            if let session = entry.session {
                session.stop(reason: reason)
            } else {
                finished(client, entry.id, TFTPTransferOutcome(ending: .stoppedByServer(reason: reason)))
            }
        }
    }
}
