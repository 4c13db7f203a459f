// SPDX-License-Identifier: GPL-3.0-or-later

import Datagrams
import NIOCore
import NIOPosix
import SIPWire

/// A UDP socket that many phones share. What comes in finds its phone by what the phone wrote into its own requests.
actor SIPExchange {
    /// What a phone does, and who waits for what comes of it.
    private struct Running<Machine: PhoneMachine> {
        var machine: Machine
        let waiting: CheckedContinuation<Result<Machine.Outcome, SIPFailure>, Never>
    }

    /// What a phone is waiting for.
    private struct Phone {
        var registration: Running<Registration>?
        var call: Running<CodeCall>?
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
        try await run(Registration(account, identity), \.registration, of: identity.phone, at: server).get()
    }

    /// Dials a code, and listens to what is said.
    ///
    /// - Returns: The status that says what came of it.
    func dial(_ code: String, _ account: PhoneAccount, _ identity: SIPIdentity, at server: SocketAddress) async throws(SIPFailure) -> Int {
        try await run(CodeCall(code, account, identity, mediaPort: mediaPort), \.call, of: identity.phone, at: server).get()
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
            phone.registration?.waiting.resume(returning: .failure(SIPFailure("cancelled")))
            phone.call?.waiting.resume(returning: .failure(SIPFailure("cancelled")))
            phone.notified?.resume(returning: false)
        }
        phones = [:]
        busy = []
        waits = [:]
    }

    // MARK: Machines

    /// Where a phone keeps a machine.
    private typealias Place<Machine: PhoneMachine> = WritableKeyPath<Phone, Running<Machine>?>

    private func run<Machine: PhoneMachine>(
        _ machine: Machine, _ place: Place<Machine>, of phone: Int, at server: SocketAddress
    ) async -> Result<Machine.Outcome, SIPFailure> {
        guard !isStopped else { return .failure(SIPFailure("cancelled")) }
        return await withCheckedContinuation { continuation in
            phones[phone, default: Phone()][keyPath: place] = Running(machine: machine, waiting: continuation)
            phones[phone]?.server = server
            busy.insert(phone)
            drive(place, of: phone) { $0.begin(now: .now) }
        }
    }

    /// Lets a phone's machine do something, if it has one there, and does what it wants done.
    private func drive<Machine: PhoneMachine>(
        _ place: Place<Machine>, of phone: Int, _ step: (inout Machine) -> [PhoneAction<Machine.Outcome>]
    ) {
        guard var machine = phones[phone]?[keyPath: place]?.machine else { return }
        let actions = step(&machine)
        phones[phone]?[keyPath: place]?.machine = machine
        for action in actions {
            switch action {
            case .send(let bytes): send(bytes, from: phone)
            case .finished(let result):
                let waiting = phones[phone]?[keyPath: place]?.waiting
                phones[phone]?[keyPath: place] = nil
                waiting?.resume(returning: result)
            }
        }
    }

    private func advance<Machine: PhoneMachine>(_ place: Place<Machine>, of phone: Int, to now: ContinuousClock.Instant) {
        guard let deadline = phones[phone]?[keyPath: place]?.machine.deadline, deadline <= now else { return }
        drive(place, of: phone) { $0.advance(to: now) }
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
            advance(\.registration, of: phone, to: now)
            advance(\.call, of: phone, to: now)
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
        drive(\.registration, of: phone) { $0.receive(response, now: .now) }
        drive(\.call, of: phone) { $0.receive(response, now: .now) }
    }

    private func receive(_ request: SIPRequest, from source: SocketAddress) {
        guard request.method != .ack else { return }
        let phone = request.uri.sip?.userText.flatMap { SIPIdentity.phone(contactUser: $0) }
        var status = phone.flatMap { phones[$0] } == nil ? 404 : 200
        if let phone, status == 200 {
            switch request.method {
            case .notify: notify(phone, request)
            case .bye:
                if let id = phones[phone]?.call?.machine.id, id == request.headers["Call-ID"] {
                    drive(\.call, of: phone) { $0.hangUp(request) }
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
