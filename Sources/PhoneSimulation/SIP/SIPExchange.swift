// SPDX-License-Identifier: GPL-3.0-or-later

import Datagrams
import NIOCore
import NIOPosix
import SIPWire

/// A UDP socket that many phones share. What comes in finds its phone by what the phone wrote into its own requests.
actor SIPExchange {
    /// What a phone is waiting for.
    private struct Phone {
        var registration: Registration?
        var registered: CheckedContinuation<Result<Duration, SIPFailure>, Never>?
        var call: CodeCall?
        var called: CheckedContinuation<Result<Int, SIPFailure>, Never>?
        var server: SocketAddress?
        /// The last instruction to fetch its configuration; a repetition of it is answered and not obeyed.
        var lastNotify = ""
        var hasNotify = false
        var notified: CheckedContinuation<Bool, Never>?
    }

    private typealias Socket = NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>

    /// Bytes that the kernel keeps for the socket: some thousand answers.
    private static let receiveBufferBytes: ChannelOptions.Types.SocketOption.Value = 4 << 20
    private static let maximumDatagramBytes = 65_535
    /// How often time is looked at. Timers of SIP are half a second and longer.
    private static let tick = Duration.milliseconds(100)

    private let socket: Socket
    private let local: (host: String, port: UInt16)
    private let mediaPort: UInt16
    private var phones: [Int: Phone] = [:]
    /// The phones whose machines have deadlines.
    private var busy: Set<Int> = []
    /// Until when phones wait to be told to fetch their configuration.
    private var waits: [Int: ContinuousClock.Instant] = [:]
    private var isStopped = false

    /// Opens the socket.
    ///
    /// - Parameters:
    ///   - host: The address at which the phones are; registrars see it in Contact.
    ///   - mediaPort: Where audio that nobody hears is sent.
    init(host: String, mediaPort: UInt16) async throws {
        socket = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.maximumDatagramBytes))
            .channelOption(.socketOption(.so_rcvbuf), value: Self.receiveBufferBytes)
            .bind(to: try SocketAddress(ipAddress: host, port: 0)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Sends on when the system refuses one datagram.
                    try channel.pipeline.syncOperations.addHandler(DatagramSendingHandler())
                    return try Socket(wrappingChannelSynchronously: channel)
                }
            }
        local = (host, UInt16(clamping: socket.channel.localAddress?.port ?? 0))
        self.mediaPort = mediaPort
    }

    /// Serves the phones until the task is cancelled; then whoever waits for something is told that it will not come.
    func run() async throws {
        defer { stop() }
        let socket = socket
        try await socket.executeThenClose { inbound, _ in
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask {
                    for try await envelope in inbound { await self.receive(envelope) }
                }
                group.addTask {
                    while true {
                        try await Task.sleep(for: Self.tick)
                        await self.advance()
                    }
                }
            }
        }
    }

    /// How a phone shows itself on this socket.
    func identity(of phone: Int, userAgent: String?) -> SIPIdentity {
        SIPIdentity(phone: phone, host: local.host, port: local.port, userAgent: userAgent)
    }

    // MARK: What phones do

    /// Registers a phone.
    ///
    /// - Returns: For how long.
    func register(_ account: PhoneAccount, _ identity: SIPIdentity, at server: SocketAddress) async throws(SIPFailure) -> Duration {
        var machine = Registration(account, identity)
        let actions = machine.begin(now: .now)
        guard !isStopped else { throw SIPFailure("cancelled") }
        let result = await withCheckedContinuation { continuation in
            phones[identity.phone, default: Phone()].registration = machine
            phones[identity.phone]?.registered = continuation
            phones[identity.phone]?.server = server
            busy.insert(identity.phone)
            perform(actions, identity.phone)
        }
        return try result.get()
    }

    /// Dials a code, and listens to what is said.
    ///
    /// - Returns: The status that says what came of it.
    func dial(_ code: String, _ account: PhoneAccount, _ identity: SIPIdentity, at server: SocketAddress) async throws(SIPFailure) -> Int {
        var machine = CodeCall(code, account, identity, mediaPort: mediaPort)
        let actions = machine.begin(now: .now)
        guard !isStopped else { throw SIPFailure("cancelled") }
        let result = await withCheckedContinuation { continuation in
            phones[identity.phone, default: Phone()].call = machine
            phones[identity.phone]?.called = continuation
            phones[identity.phone]?.server = server
            busy.insert(identity.phone)
            perform(actions, identity.phone)
        }
        return try result.get()
    }

    /// Waits until a phone is told to fetch its configuration. An instruction that came since the last one was waited for counts.
    ///
    /// - Returns: Whether it came within the time.
    func instruction(for phone: Int, within time: Duration) async -> Bool {
        if phones[phone]?.hasNotify == true {
            phones[phone]?.hasNotify = false
            return true
        }
        guard !isStopped else { return false }
        return await withCheckedContinuation { continuation in
            phones[phone, default: Phone()].notified = continuation
            waits[phone] = .now + time
        }
    }

    /// Nobody waits for what cannot come any more.
    private func stop() {
        isStopped = true
        for phone in phones.values {
            phone.registered?.resume(returning: .failure(SIPFailure("cancelled")))
            phone.called?.resume(returning: .failure(SIPFailure("cancelled")))
            phone.notified?.resume(returning: false)
        }
        phones = [:]
        busy = []
        waits = [:]
    }

    // MARK: Machines

    private func perform(_ actions: [Registration.Action], _ phone: Int) {
        for action in actions {
            switch action {
            case .send(let bytes): send(bytes, from: phone)
            case .finished(let result):
                phones[phone]?.registration = nil
                let waiting = phones[phone]?.registered
                phones[phone]?.registered = nil
                waiting?.resume(returning: result)
            }
        }
    }

    private func perform(_ actions: [CodeCall.Action], _ phone: Int) {
        for action in actions {
            switch action {
            case .send(let bytes): send(bytes, from: phone)
            case .finished(let result):
                phones[phone]?.call = nil
                let waiting = phones[phone]?.called
                phones[phone]?.called = nil
                waiting?.resume(returning: result)
            }
        }
    }

    private func send(_ bytes: [UInt8], from phone: Int) {
        guard let server = phones[phone]?.server else { return }
        send(bytes, to: server)
    }

    private func send(_ bytes: [UInt8], to address: SocketAddress) {
        socket.channel.writeAndFlush(AddressedEnvelope(remoteAddress: address, data: ByteBuffer(bytes: bytes)), promise: nil)
    }

    private func advance() {
        let now = ContinuousClock.now
        for phone in busy {
            if let deadline = phones[phone]?.registration?.deadline, deadline <= now, let actions = phones[phone]?.registration?.advance(to: now) {
                perform(actions, phone)
            }
            if let deadline = phones[phone]?.call?.deadline, deadline <= now, let actions = phones[phone]?.call?.advance(to: now) {
                perform(actions, phone)
            }
            if phones[phone]?.registration == nil, phones[phone]?.call == nil { busy.remove(phone) }
        }
        for (phone, end) in waits where end <= now {
            waits[phone] = nil
            let waiting = phones[phone]?.notified
            phones[phone]?.notified = nil
            waiting?.resume(returning: false)
        }
    }

    // MARK: What comes in

    private func receive(_ envelope: AddressedEnvelope<ByteBuffer>) {
        // What is no SIP is a keep-alive, or meant for somebody else.
        guard let message = try? SIPMessage(datagram: Array(envelope.data.readableBytesView)) else { return }
        switch message {
        case .response(let response): receive(response)
        case .request(let request): receive(request, from: envelope.remoteAddress)
        }
    }

    private func receive(_ response: SIPResponse) {
        guard let branch = (try? Via.list(response.headers))?.first?.branch, let phone = SIPIdentity.phone(branch: branch) else { return }
        if let actions = phones[phone]?.registration?.receive(response, now: .now) { perform(actions, phone) }
        if let actions = phones[phone]?.call?.receive(response, now: .now) { perform(actions, phone) }
    }

    private func receive(_ request: SIPRequest, from source: SocketAddress) {
        guard request.method != .ack else { return }
        let phone = request.uri.sip?.userText.flatMap { SIPIdentity.phone(contactUser: $0) }
        var status = phone.flatMap { phones[$0] } == nil ? 404 : 200
        if let phone, status == 200 {
            switch request.method {
            case .notify: notify(phone, request)
            case .bye:
                if let call = phones[phone]?.call, call.id == request.headers["Call-ID"], let actions = phones[phone]?.call?.hangUp(request) {
                    perform(actions, phone)
                } else {
                    status = 481
                }
            case .options, .cancel, .info: break
            case .invite: status = 486
            default: status = 405
            }
        }
        send(SIPResponse(status, answering: request.headers, toTag: "ps\(phone ?? 0)").encoded, to: source)
    }

    private func notify(_ phone: Int, _ request: SIPRequest) {
        let key = "\(request.headers["Call-ID"] ?? "") \(request.headers["CSeq"] ?? "")"
        guard phones[phone]?.lastNotify != key, Self.isInstruction(request.headers["Event"] ?? "") else { return }
        phones[phone]?.lastNotify = key
        guard let waiting = phones[phone]?.notified else {
            phones[phone]?.hasNotify = true
            return
        }
        phones[phone]?.notified = nil
        waits[phone] = nil
        waiting.resume(returning: true)
    }

    /// Whether an event is an instruction to the phone, and not the state of something that it asked for.
    private static func isInstruction(_ event: String) -> Bool {
        let package = event.prefix { $0 != ";" }.lowercased()
        return !["message-summary", "dialog", "presence", "reg", "refer", "conference"].contains(String(package))
    }
}
