// SPDX-License-Identifier: GPL-3.0-or-later

import AsteriskWire
import Crypto
public import Logging
import NetworkFailures
import NIOCore
import NIOPosix
public import ServiceLifecycle

/// A connection to Asterisk's manager interface that comes back whenever it is lost.
public actor AMIClient: Service {
    /// Where Asterisk is, and as whom it is asked.
    public struct Configuration: Sendable {
        /// Its host name or address.
        public var host: String
        /// The port of `manager.conf`.
        public var port: Int
        /// The user's name there.
        public var username: String
        /// The user's secret. It is not sent: Asterisk's challenge is answered with MD5 of both.
        public var secret: String
        /// How long a connection may take to come about.
        var connectTime = TimeAmount.seconds(10)

        /// Makes a configuration.
        public init(host: String, port: Int = 5_038, username: String, secret: String) {
            self.host = host
            self.port = port
            self.username = username
            self.secret = secret
        }
    }

    /// A change of an endpoint's registration at Asterisk.
    public struct RegistrationChange: Sendable, Hashable {
        /// What changed.
        public enum Kind: Sendable, Hashable { case began, continued, ended }

        /// The endpoint, which has the name of the account.
        public let endpoint: String
        /// The contact's URI, as Asterisk reaches it.
        public let uri: String
        /// What changed.
        public let kind: Kind
    }

    /// For how long after a NOTIFY it is looked, and how often, whether phones registered anew: Asterisk tells of no REGISTER that only
    /// prolongs a contact.
    private static let watchTime = Duration.seconds(300), watchInterval = Duration.seconds(10)
    /// How many changes can wait to be noted.
    private static let maximumChanges = 10_000

    private let configuration: Configuration
    private let logger: Logger
    private let registrationChanged: @Sendable (RegistrationChange) async -> Void
    private let clock = ContinuousClock()
    private var conversation: AMIConversation
    private var contacts = EndpointContacts()
    private var channel: (any Channel)?
    private var answers: [UInt64: CheckedContinuation<AMIConversation.Outcome, Never>] = [:]
    private var listing: UInt64?
    private var lastListing: ContinuousClock.Instant?
    private var watchEnd: ContinuousClock.Instant?
    private var delay = ReconnectDelay()
    private var lastFailure: String?
    private var hasEnded = false
    private let changes: AsyncStream<RegistrationChange>
    private let change: AsyncStream<RegistrationChange>.Continuation

    /// Makes a client; ``run()`` connects it.
    ///
    /// - Parameter registrationChanged: Called with each change of a registration that Asterisk tells of.
    public init(
        _ configuration: Configuration, logger: Logger, registrationChanged: @escaping @Sendable (RegistrationChange) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.logger = logger
        self.registrationChanged = registrationChanged
        conversation = AMIConversation(.init(username: configuration.username))
        (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.maximumChanges))
    }

    /// Connects, again and again, until graceful shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.serve() }
    }

    private func serve() async {
        await withDiscardingTaskGroup { group in
            let changes = changes, registrationChanged = registrationChanged
            group.addTask { for await change in changes { await registrationChanged(change) } }
            group.addTask { await self.keepTime() }
            await stayConnected()
            group.cancelAll()
        }
        hasEnded = true
        perform(conversation.disconnected())
        let waiting = answers
        answers = [:]
        for answer in waiting.values { answer.resume(returning: .notConnected) }
    }

    // MARK: - Asking

    /// Whether Asterisk can be asked now.
    public var isConnected: Bool { conversation.isReady }

    /// Whether an endpoint is registered; `nil` if that is not known.
    public func isRegistered(_ endpoint: String) -> Bool? { contacts.isRegistered(endpoint) }

    /// Does an action and waits for its answer, for half a minute at the most.
    func perform(_ action: AMIMessage) async -> AMIConversation.Outcome {
        // Nobody would keep the time of an action that comes after the end.
        if hasEnded { return .notConnected }
        return await withCheckedContinuation { answer in
            let (id, effects) = conversation.submit(action, now: clock.now)
            answers[id] = answer
            perform(effects)
        }
    }

    /// Somebody waits for phones to register anew.
    func watchRegistrations() { watchEnd = clock.now + Self.watchTime }

    // MARK: - Connections

    private func stayConnected() async {
        while !Task.isCancelled {
            do {
                try await converse()
                note(failure: "Asterisk closed the connection")
            } catch {
                note(failure: "\(NetworkFailure(error))")
            }
            channel = nil
            contacts.connectionEnded()
            listing = nil
            perform(conversation.disconnected())
            try? await Task.sleep(for: delay.next())
        }
    }

    /// Says once that something is wrong, and again when it is something else.
    private func note(failure: String) {
        guard !Task.isCancelled, failure != lastFailure else { return }
        lastFailure = failure
        logger.warning(
            "Asterisk's manager interface is not connected; it is tried again and again",
            metadata: ["address": "\(configuration.host):\(configuration.port)", "reason": "\(failure)"])
    }

    private func converse() async throws {
        let attempt = ConnectionAttempt()
        let connection = try await withTaskCancellationHandler {
            try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(configuration.connectTime)
                .connect(host: configuration.host, port: configuration.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try attempt.begin(channel)
                        return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
        } onCancel: {
            attempt.giveUp()
        }
        try await connection.executeThenClose { inbound, _ in
            channel = connection.channel
            conversation.connected(now: clock.now)
            var reader = AMIReader()
            for try await bytes in inbound {
                reader.append(bytes.readableBytesView)
                while let element = try reader.next() { perform(conversation.receive(element, now: clock.now)) }
            }
        }
    }

    private func keepTime() async {
        while !Task.isCancelled {
            try? await clock.sleep(for: .seconds(1))
            let now = clock.now
            perform(conversation.advance(to: now))
            if let watchEnd, watchEnd > now, (lastListing ?? now) + Self.watchInterval <= now { listContacts() }
        }
    }

    private func perform(_ effects: [AMIConversation.Effect]) {
        for effect in effects {
            switch effect {
            case .send(let bytes): channel?.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
            case .answerChallenge(let challenge):
                let digest = Insecure.MD5.hash(data: Array((challenge + configuration.secret).utf8))
                perform(conversation.logIn(key: digest.map { Self.hexadecimal($0) }.joined(), now: clock.now))
            case .ready:
                delay.succeeded()
                lastFailure = nil
                logger.info("Asterisk's manager interface is connected", metadata: ["address": "\(configuration.host):\(configuration.port)"])
                listContacts()
            case .finished(let id, let outcome):
                if id == listing {
                    listed(outcome)
                } else {
                    answers.removeValue(forKey: id)?.resume(returning: outcome)
                }
            case .event(let event):
                if let contact = AMIContact(event) { note(contacts.apply(contact).map { [$0] } ?? []) }
            case .close(let failure):
                note(failure: failure.words)
                channel?.close(promise: nil)
            }
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    // MARK: - Registrations

    private func listContacts() {
        guard listing == nil else { return }
        let (id, effects) = conversation.submit(.showContacts, now: clock.now)
        listing = id
        lastListing = clock.now
        perform(effects)
    }

    private func listed(_ outcome: AMIConversation.Outcome) {
        listing = nil
        // Asterisk answers with an error if there is no contact at all.
        guard case .answered(let response, let list) = outcome else { return }
        let isEmpty = !response.isSuccess && response["Message"]?.lowercased().contains("no contacts") == true
        guard response.isSuccess || isEmpty else { return }
        note(contacts.replace(with: list.compactMap(AMIContact.init)))
    }

    private func note(_ news: [EndpointContacts.Change]) {
        for one in news {
            let kind: RegistrationChange.Kind =
                switch one.kind {
                case .began: .began
                case .continued: .continued
                case .ended: .ended
                }
            change.yield(RegistrationChange(endpoint: one.endpoint, uri: one.uri, kind: kind))
        }
    }
}

extension AMIConversation.Failure {
    /// What is wrong and what to do.
    var words: String {
        switch self {
        case .refused(let reason):
            "it refused the login (\(reason)): see that manager.conf has the user of asterisk.ami_username with the secret of asterisk.ami_secret_file, read and write = system,reporting"
        case .silent: "it does not answer any more"
        case .malformed(let error): "\(error)"
        }
    }
}
