// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import NetTypes
import NIOCore
import ProvModel
import SIPWire
import Telemetry

/// Holds the endpoint's state and carries out its effects.
///
/// All state changes happen here, one after the other, and none of them waits: a use case is
/// asked in a task of its own (``serveJobs(decisions:)``), and its answer comes back as a further event.
actor SIPCore {
    private var server: SIPServer
    private var channels: [SIPFlow.ChannelID: any Channel] = [:]
    private var udpChannels: Set<SIPFlow.ChannelID> = []
    private var lastChannel: SIPFlow.ChannelID = 0
    /// The host at the other end of each connection, and how many it has.
    private var connectionHosts: [SIPFlow.ChannelID: String] = [:]
    private var connectionCounts: [String: Int] = [:]
    private var waiting: [UInt64: CheckedContinuation<NotifyOutcome, Never>] = [:]
    private var lastNotification: UInt64 = 0
    private var jobCount = 0
    private var isStopped = false

    private let configuration: SIPEndpointConfiguration
    private let prompts: PromptShelf
    private let media: MediaSessions
    private let metrics: SIPMetrics
    private let logger: Logger
    private let clock = ContinuousClock()

    /// Work for the use cases. The stream is unbounded, and what goes into it is not: a
    /// request makes at most a few jobs, and gets 503 while too many of them wait.
    private let jobs: AsyncStream<SIPServer.Effect>
    private let addJob: AsyncStream<SIPServer.Effect>.Continuation

    /// Wakes the timer loop when it sleeps without a deadline.
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init(_ configuration: SIPEndpointConfiguration, prompts: PromptShelf, metrics: SIPMetrics, logger: Logger) {
        self.metrics = metrics
        var configuration = configuration
        if prompts.available.isEmpty { configuration.maximumSpokenCalls = 0 }
        self.configuration = configuration
        self.prompts = prompts
        media = MediaSessions(ports: configuration.mediaPorts, logger: logger)
        self.logger = logger
        server = SIPServer(configuration, now: clock.now)
        (jobs, addJob) = AsyncStream.makeStream()
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: - Channels

    /// Adds a UDP socket.
    func addSocket(_ channel: any Channel, local: SIPAddress) -> SIPFlow.ChannelID {
        let id = nextChannel()
        channels[id] = channel
        udpChannels.insert(id)
        server.udpSockets[id] = local
        return id
    }

    /// Another socket takes the place of one that was closed; what goes over its flows goes over this one from now on.
    func replaceSocket(_ id: SIPFlow.ChannelID, by channel: any Channel) {
        channels[id] = channel
    }

    /// Adds a TCP connection, if there is room for one more.
    func addConnection(_ channel: any Channel) -> SIPFlow.ChannelID? {
        let host = SIPAddress(channel.remoteAddress).host, count = connectionCounts[host, default: 0]
        let isTooMany = count >= configuration.maximumConnectionsPerAddress && IPAddress(host)?.isLoopback == false
        guard connectionHosts.count < configuration.maximumConnections, !isTooMany, !isStopped else { return nil }
        connectionCounts[host] = count + 1
        let id = nextChannel()
        connectionHosts[id] = host
        channels[id] = channel
        return id
    }

    /// A TCP connection is closed.
    func removeConnection(_ id: SIPFlow.ChannelID) {
        channels[id] = nil
        if let host = connectionHosts.removeValue(forKey: id), let count = connectionCounts[host] {
            connectionCounts[host] = count > 1 ? count - 1 : nil
        }
        perform(server.closed(id))
    }

    /// Whether a silent connection should be kept.
    func isRegistered(over id: SIPFlow.ChannelID) -> Bool {
        server.bindings.isRegistered(over: id)
    }

    private func nextChannel() -> SIPFlow.ChannelID {
        lastChannel += 1
        return lastChannel
    }

    // MARK: - Events

    /// A message or a broken one arrived.
    func receive(_ message: Result<SIPMessage, SIPParseError>, on flow: SIPFlow) {
        guard !isStopped else { return }
        server.isOverloaded = jobCount >= configuration.maximumJobs
        switch message {
        case .success(let message):
            if case .request(let request) = message { metrics.requests[.init(request.method)].add() }
            perform(server.receive(message, on: flow, now: clock.now))
        case .failure(let error):
            metrics.malformed.add()
            logger.debug("Received what is no SIP message", metadata: ["remote": "\(flow.remote)", "reason": "\(error.reason)"])
            perform(server.receive(error, on: flow))
        }
    }

    /// Sends a NOTIFY and waits for its answer, 32 seconds at the most.
    func notify(_ start: @Sendable (inout SIPServer, UInt64, ContinuousClock.Instant) -> [SIPServer.Effect]) async -> NotifyOutcome {
        guard !isStopped else { return .unreachable }
        lastNotification += 1
        let id = lastNotification
        return await withCheckedContinuation { continuation in
            waiting[id] = continuation
            perform(start(&server, id, clock.now))
        }
    }

    /// The contacts of an account, the newest first.
    func registrations(of username: String) -> [SIPRegistrationReport] {
        server.registrations(of: username, now: clock.now)
    }

    /// What is under way.
    var load: SIPLoad {
        SIPLoad(
            serverTransactions: server.serverTransactions.count, clientTransactions: server.clientTransactions.count,
            accounts: server.bindings.accountCount, calls: server.calls.count + server.relayed.count, connections: connectionHosts.count, jobs: jobCount)
    }

    /// Ends the work: whoever waits for an answer is told.
    ///
    /// - Returns: the calls that were up.
    func stop() -> [CallEnd] {
        isStopped = true
        addJob.finish()
        media.closeAll()
        wakeUp.finish()
        for (id, outcome) in server.stopNotifying() { waiting.removeValue(forKey: id)?.resume(returning: outcome) }
        return server.stopCalls()
    }

    // MARK: - Loops

    /// Wakes the state at its deadlines until the endpoint stops.
    ///
    /// No timer is ever set to less than ``tick`` from now, so that sleeping that long at most
    /// misses none by more. Without any deadline nothing wakes up at all.
    func serveTimers() async throws {
        var iterator = wakeUps.makeAsyncIterator()
        while !Task.isCancelled, !isStopped {
            guard let next = server.timers.next else {
                guard await iterator.next() != nil else { return }
                continue
            }
            try await clock.sleep(until: min(next, clock.now + Self.tick), tolerance: .milliseconds(5))
            perform(server.advance(to: clock.now))
        }
    }

    private static let tick = Duration.milliseconds(100)

    /// Takes in what happens in calls' audio until the endpoint stops.
    func serveMedia() async {
        for await event in media.events {
            switch event {
            case .finished(let id): perform(server.finishedSpeaking(id, now: clock.now))
            case .pressed(let id, let key): perform(server.pressed(key, in: id, by: .events, now: clock.now))
            }
        }
    }

    /// Asks and tells the use cases until the endpoint stops, each in a task of its own.
    func serveJobs(decisions: any OnboardingDecisions) async {
        let jobs = jobs
        await withDiscardingTaskGroup { group in
            for await job in jobs {
                group.addTask { await RequestID.$current.withValue(RequestID()) { await self.serve(job, decisions) } }
            }
        }
    }

    private func serve(_ job: SIPServer.Effect, _ decisions: any OnboardingDecisions) async {
        switch job {
        case .ask(.account(let username, let key)):
            do {
                let account = try await decisions.account(named: username)
                perform(server.found(account, for: key, now: clock.now))
            } catch {
                logger.error("Cannot look up SIP accounts", metadata: ["error": "\(error)"])
                perform(server.cannotLookUp(key, now: clock.now))
            }
        case .ask(.dialled(let call, let key)):
            let outcome = await decisions.dialled(call)
            metrics.dialled[.init(outcome)].add()
            perform(server.decided(outcome, for: call, key, now: clock.now))
        case .ask(.entered(let digits, let question, let call)):
            let outcome = await decisions.entered(digits, to: question, in: call)
            metrics.dialled[.init(outcome)].add()
            perform(server.decided(outcome, within: call, now: clock.now))
        case .openMedia(let id, let request):
            let port = await media.open(id, request)
            perform(server.mediaOpened(id, port: port, now: clock.now))
        case .report(.registered(let report)):
            metrics.registrations[.init(report.change)].add()
            await decisions.registered(report)
        case .report(.callEnded(let end)):
            await decisions.callEnded(end)
        case .report(.authenticationFailed(let failure)):
            metrics.refusals[.init(failure.reason)].add()
            await decisions.authenticationFailed(failure)
        case .report(.sighted(let sighting)):
            await decisions.sighted(sighting)
        case .report(.outgrown(let bound)):
            await decisions.outgrown(bound)
        case .send, .notified, .play, .silence, .closeMedia:
            break
        }
        jobCount -= 1
    }

    // MARK: - Effects

    private func perform(_ effects: [SIPServer.Effect]) {
        for effect in effects {
            switch effect {
            case .send(let bytes, let flow):
                send(bytes, over: flow)
            case .ask, .report, .openMedia:
                jobCount += 1
                addJob.yield(effect)
            case .play(let id, let announcement):
                media.play(id, prompts.samples(of: announcement))
            case .silence(let id):
                media.stop(id)
            case .closeMedia(let id):
                media.close(id)
            case .notified(let id, let outcome):
                metrics.notifications[.init(outcome)].add()
                waiting.removeValue(forKey: id)?.resume(returning: outcome)
            }
        }
        if server.timers.next != nil { wakeUp.yield() }
    }

    private func send(_ bytes: [UInt8], over flow: SIPFlow) {
        guard let channel = channels[flow.channel] else {
            perform(server.closed(flow.channel))
            return
        }
        if let status = SIPMetrics.StatusClass(ofSent: bytes) { metrics.responses[status].add() }
        let buffer = ByteBuffer(bytes: bytes)
        if udpChannels.contains(flow.channel) {
            // Via and Contact say what they like. The system would refuse a port that is none, and others' broadcasts are none of ours.
            guard flow.remote.port != 0, let remote = try? SocketAddress(ipAddress: flow.remote.host, port: Int(flow.remote.port)),
                !remote.isMulticast, flow.remote.host != "255.255.255.255", flow.remote.host != "0.0.0.0", flow.remote.host != "::"
            else { return }
            channel.writeAndFlush(AddressedEnvelope(remoteAddress: remote, data: buffer), promise: nil)
        } else if channel.isWritable {
            channel.writeAndFlush(buffer, promise: nil)
        } else {
            // The peer does not read: what it would get piles up here otherwise.
            logger.info("Closed a TCP connection whose peer does not read", metadata: ["remote": "\(flow.remote)"])
            channel.close(promise: nil)
        }
    }
}
