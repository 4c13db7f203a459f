// SPDX-License-Identifier: GPL-3.0-or-later

import Datagrams
import Logging
import NIOCore
import NIOPosix
import RTP

/// What a call needs of its audio.
struct MediaRequest: Sendable, Hashable {
    /// This side's address.
    let local: String
    /// Where the phone is to be spoken to.
    let remote: SIPAddress
    /// The encoding that both sides know.
    let encoding: G711
    /// The payload type of the phone's telephone events.
    let telephoneEvents: UInt8?
}

/// News of a call's audio.
enum MediaEvent: Sendable, Hashable {
    /// The last word was said.
    case finished(UInt64)
    /// The caller pressed a key.
    case pressed(UInt64, Character)
}

/// The audio of all calls that hear something: sockets, and a beat of 20 ms.
///
/// Everything happens on one event loop. Its one timer serves all sessions, and stands still while there are none.
final class MediaSessions: Sendable {
    private final class Session {
        let channel: any Channel
        let telephoneEvents: UInt8?
        var remote: SocketAddress
        var isLatched = false
        var stream: SpeechStream
        var receiver = TelephoneEventReceiver()
        var wasSpeaking = false
        var sentPackets: Int64 = 0
        let start = NIODeadline.now()

        init(_ channel: any Channel, _ remote: SocketAddress, _ request: MediaRequest) {
            self.channel = channel
            self.remote = remote
            telephoneEvents = request.telephoneEvents
            stream = SpeechStream(request.encoding)
        }
    }

    private struct State {
        var sessions: [UInt64: Session] = [:]
        var beat: RepeatedTask?
    }

    /// The length of a packet, and so the time between two.
    private static let packetTime = TimeAmount.milliseconds(20)
    /// Packets that are sent at once after the event loop was late. What is later than that is heard later.
    private static let maximumBurst: Int64 = 5
    /// Random ports that are tried before a call goes without audio.
    private static let portTries = 16
    /// Bytes of the largest datagram that is listened to: a phone's packets have some 200.
    private static let datagramBytes = 2_048

    /// What happened, in its order. It is bounded by what phones can press.
    let events: AsyncStream<MediaEvent>

    private let addEvent: AsyncStream<MediaEvent>.Continuation
    private let eventLoop: any EventLoop
    private let state: NIOLoopBoundBox<State>
    private let ports: ClosedRange<UInt16>?
    private let logger: Logger

    /// Makes a place for sessions.
    ///
    /// - Parameter ports: The UDP ports to use; `nil` for any that are free.
    init(ports: ClosedRange<UInt16>?, logger: Logger, eventLoop: any EventLoop = MultiThreadedEventLoopGroup.singleton.next()) {
        self.ports = ports
        self.logger = logger
        self.eventLoop = eventLoop
        state = NIOLoopBoundBox.makeBoxSendingValue(State(), eventLoop: eventLoop)
        (events, addEvent) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(10_000))
    }

    /// Opens a session: from now on the phone hears silence.
    ///
    /// - Returns: The port that the SDP answer names; `nil` if there is none.
    func open(_ id: UInt64, _ request: MediaRequest) async -> UInt16? {
        guard let remote = try? SocketAddress(ipAddress: request.remote.host, port: Int(request.remote.port)),
            let channel = await bind(id, request.local), let port = channel.localAddress?.port
        else { return nil }
        do {
            try await eventLoop.submit { self.add(Session(channel, remote, request), id) }.get()
        } catch {
            return nil
        }
        return UInt16(clamping: port)
    }

    /// Says something, in place of what is being said.
    func play(_ id: UInt64, _ samples: [UInt8]) {
        eventLoop.execute {
            guard let session = self.state.value.sessions[id] else { return }
            session.stream.speak(samples)
            // Where there is nothing to say it has been said.
            session.wasSpeaking = true
        }
    }

    /// Breaks off what is being said.
    func stop(_ id: UInt64) {
        eventLoop.execute {
            guard let session = self.state.value.sessions[id] else { return }
            session.stream.stop()
            session.wasSpeaking = false
        }
    }

    /// Ends a session.
    func close(_ id: UInt64) {
        eventLoop.execute {
            self.state.value.sessions.removeValue(forKey: id)?.channel.close(promise: nil)
            guard self.state.value.sessions.isEmpty else { return }
            self.state.value.beat?.cancel()
            self.state.value.beat = nil
        }
    }

    /// Ends all sessions, and ``events``.
    func closeAll() {
        addEvent.finish()
        eventLoop.execute {
            for session in self.state.value.sessions.values { session.channel.close(promise: nil) }
            self.state.value.sessions = [:]
            self.state.value.beat?.cancel()
            self.state.value.beat = nil
        }
    }

    // MARK: - On the event loop

    private func add(_ session: Session, _ id: UInt64) {
        state.value.sessions[id] = session
        guard state.value.beat == nil else { return }
        state.value.beat = eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.packetTime) { _ in self.sendAll() }
    }

    private func sendAll() {
        let now = NIODeadline.now()
        for (id, session) in state.value.sessions {
            let due = (now - session.start).nanoseconds / Self.packetTime.nanoseconds + 1 - session.sentPackets
            for _ in 0..<min(max(due, 0), Self.maximumBurst) {
                let packet = session.stream.next()
                session.channel.write(AddressedEnvelope(remoteAddress: session.remote, data: ByteBuffer(bytes: packet.encoded)), promise: nil)
            }
            session.channel.flush()
            session.sentPackets += max(due, 0)
            if session.wasSpeaking, !session.stream.isSpeaking {
                session.wasSpeaking = false
                addEvent.yield(.finished(id))
            }
        }
    }

    fileprivate func receive(_ envelope: AddressedEnvelope<ByteBuffer>, _ id: UInt64) {
        guard let session = state.value.sessions[id], let packet = try? RTPPacket(envelope.data.readableBytesView) else { return }
        // Symmetric RTP: behind address translation only the phone's own packets show where it is. They must come from the
        // host of its signalling, so that nobody can have audio sent to a third party.
        guard envelope.remoteAddress.ipAddress == session.remote.ipAddress else { return }
        if !session.isLatched {
            session.isLatched = true
            session.remote = envelope.remoteAddress
        }
        guard packet.payloadType == session.telephoneEvents, let key = session.receiver.receive(packet) else { return }
        addEvent.yield(.pressed(id, key))
    }

    private func bind(_ id: UInt64, _ host: String) async -> (any Channel)? {
        let bootstrap = DatagramBootstrap(group: eventLoop)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.datagramBytes))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(DatagramSendingHandler(), MediaHandler(self, id))
                }
            }
        guard let ports else { return try? await bootstrap.bind(host: host, port: 0).get() }
        for _ in 0..<Self.portTries {
            // RTP has even ports, and the odd ones above them are for RTCP (RFC 3550 section 11).
            if let channel = try? await bootstrap.bind(host: host, port: Int(UInt16.random(in: ports) & ~1)).get() { return channel }
        }
        logger.warning("A call goes without audio: no free UDP port", metadata: ["ports": "\(ports)"])
        return nil
    }
}

/// Hands what a session's socket receives to the sessions.
private final class MediaHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let sessions: MediaSessions
    private let id: UInt64

    init(_ sessions: MediaSessions, _ id: UInt64) {
        self.sessions = sessions
        self.id = id
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        sessions.receive(unwrapInboundIn(data), id)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A phone that closed its port too early: ICMP says so, and the call goes on.
    }
}
