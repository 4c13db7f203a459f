// SPDX-License-Identifier: GPL-3.0-or-later

/// The client's side of the Asterisk Manager Interface as a value: what was read and the time in, effects out.
///
/// It outlives connections. Actions that are asked for while there is none wait, within bounds; those that were sent on a
/// connection that ended are over, because nobody knows whether Asterisk did them.
public struct AMIConversation: Sendable {
    /// What the surroundings have to do.
    public enum Effect: Sendable, Equatable {
        /// Send bytes.
        case send([UInt8])
        /// Answer a challenge: hand in the key with ``logIn(key:now:)``.
        case answerChallenge(String)
        /// The login was accepted.
        case ready
        /// An action is over.
        case finished(UInt64, Outcome)
        /// Asterisk tells of something that nobody asked for.
        case event(AMIMessage)
        /// Close the connection, for a reason.
        case close(Failure)
    }

    /// What became of an action.
    public enum Outcome: Sendable, Hashable {
        /// Asterisk answered, with the events of the list if the answer is one.
        case answered(AMIMessage, list: [AMIMessage])
        /// There was no connection for too long, or it ended before the answer.
        case notConnected
        /// Asterisk did not answer in time.
        case noAnswer
        /// Too many actions wait.
        case overloaded
        /// The action cannot be written.
        case unsendable(AsteriskWireError)
    }

    /// Why a connection is of no use.
    public enum Failure: Error, Sendable, Hashable {
        /// Asterisk does not accept the name and the secret, in its words.
        case refused(String)
        /// Asterisk did not answer in time.
        case silent
        /// What it says is no AMI.
        case malformed(AsteriskWireError)
    }

    /// How it behaves.
    public struct Settings: Sendable {
        /// The name of the user in `manager.conf`.
        public var username: String
        /// Which events are wanted, as `EventMask` says it: `system` has the states of contacts.
        public var eventMask = "system"
        /// How long to be silent before asking whether the other side is there. NAT and firewalls forget a connection after minutes.
        public var keepAlive = Duration.seconds(20)
        /// How long Asterisk may take. A wrong login alone takes a second; a reload of a large site takes several.
        public var answerTime = Duration.seconds(30)
        /// How long an action waits for a connection.
        public var patience = Duration.seconds(10)
        /// How many actions can wait at once: as many phones are told within a minute.
        public var maximumWaiting = 1_000
        /// The most events of one list: one for each contact of a large site.
        public var maximumList = 100_000

        /// Makes settings.
        public init(username: String) { self.username = username }
    }

    private enum Phase { case disconnected, greeting, challenge, login, ready }

    private struct Waiting {
        let id: UInt64
        let bytes: [UInt8]
        let deadline: ContinuousClock.Instant
    }

    private struct Sent {
        let deadline: ContinuousClock.Instant
        /// The first part of an answer that is a list.
        var response: AMIMessage?
        var list: [AMIMessage] = []
    }

    private let settings: Settings
    private var phase = Phase.disconnected
    private var lastID: UInt64 = 0
    private var waiting: [Waiting] = []
    private var sent: [UInt64: Sent] = [:]
    /// The action of the login, or the question whether Asterisk is there.
    private var ownActions: Set<UInt64> = []
    private var lastHeard: ContinuousClock.Instant?
    private var phaseDeadline: ContinuousClock.Instant?

    /// Makes a conversation that has not begun.
    public init(_ settings: Settings) { self.settings = settings }

    /// Whether actions are sent at once.
    public var isReady: Bool { phase == .ready }

    // MARK: - Connections

    /// A connection is open. Asterisk speaks first.
    public mutating func connected(now: ContinuousClock.Instant) {
        phase = .greeting
        lastHeard = now
        phaseDeadline = now + settings.answerTime
    }

    /// The connection ended.
    public mutating func disconnected() -> [Effect] {
        phase = .disconnected
        phaseDeadline = nil
        defer { (sent, ownActions) = ([:], []) }
        return sent.keys.sorted().filter { !ownActions.contains($0) }.map { .finished($0, .notConnected) }
    }

    /// Logs in with the answer to the challenge: MD5 of the challenge and the secret, in hexadecimal digits.
    public mutating func logIn(key: String, now: ContinuousClock.Instant) -> [Effect] {
        guard phase == .challenge else { return [] }
        phase = .login
        return ask(
            AMIMessage(
                action: "Login",
                [.init("AuthType", "MD5"), .init("Username", settings.username), .init("Key", key), .init("Events", settings.eventMask)]),
            now)
    }

    // MARK: - Actions

    /// Takes an action to be sent now, or once there is a connection.
    ///
    /// - Returns: Its number, by which its end is known; `nil` if it ends at once, as the first effect says.
    public mutating func submit(_ action: AMIMessage, now: ContinuousClock.Instant) -> (id: UInt64, effects: [Effect]) {
        lastID &+= 1
        let id = lastID
        let bytes: [UInt8]
        do throws(AsteriskWireError) {
            bytes = try action.numbered("\(id)").encoded
        } catch {
            return (id, [.finished(id, .unsendable(error))])
        }
        guard waiting.count + sent.count < settings.maximumWaiting else { return (id, [.finished(id, .overloaded)]) }
        guard phase == .ready else {
            waiting.append(Waiting(id: id, bytes: bytes, deadline: now + settings.patience))
            return (id, [])
        }
        sent[id] = Sent(deadline: now + settings.answerTime)
        return (id, [.send(bytes)])
    }

    /// Something was read.
    public mutating func receive(_ element: AMIReader.Element, now: ContinuousClock.Instant) -> [Effect] {
        lastHeard = now
        switch (element, phase) {
        case (_, .disconnected): return []
        case (.greeting, .greeting):
            phase = .challenge
            return ask(AMIMessage(action: "Challenge", [.init("AuthType", "MD5")]), now)
        case (.greeting(let version), _):
            return [.close(.malformed(.malformed(line: String(version.prefix(80)), expected: "message: it is a second greeting")))]
        case (.message(let message), _): return receive(message, now: now)
        }
    }

    /// Time has passed.
    public mutating func advance(to now: ContinuousClock.Instant) -> [Effect] {
        var effects: [Effect] = waiting.filter { $0.deadline <= now }.map { .finished($0.id, .notConnected) }
        waiting.removeAll { $0.deadline <= now }
        let late = sent.filter { $0.value.deadline <= now }.keys.sorted()
        for id in late { sent[id] = nil }
        // Whoever does not answer what everybody answers is not there any more.
        if late.contains(where: ownActions.contains) || phaseDeadline.map({ $0 <= now }) == true {
            effects.append(.close(.silent))
            (phase, phaseDeadline) = (.disconnected, nil)
        }
        effects += late.filter { !ownActions.contains($0) }.map { .finished($0, .noAnswer) }
        ownActions.subtract(late)
        if phase == .ready, ownActions.isEmpty, let lastHeard, lastHeard + settings.keepAlive <= now {
            effects += ask(AMIMessage(action: "Ping"), now)
        }
        return effects
    }

    // MARK: - Messages

    private mutating func ask(_ action: AMIMessage, _ now: ContinuousClock.Instant) -> [Effect] {
        lastID &+= 1
        do throws(AsteriskWireError) {
            let bytes = try action.numbered("\(lastID)").encoded
            sent[lastID] = Sent(deadline: now + settings.answerTime)
            ownActions.insert(lastID)
            return [.send(bytes)]
        } catch {
            return [.close(.malformed(error))]
        }
    }

    private mutating func receive(_ message: AMIMessage, now: ContinuousClock.Instant) -> [Effect] {
        guard let id = message["ActionID"].flatMap(UInt64.init), var record = sent[id] else {
            return message.event != nil && phase == .ready ? [.event(message)] : []
        }
        if message.event != nil {
            guard let response = record.response, record.list.count < settings.maximumList else { return [] }
            guard message["EventList"]?.lowercased() == "complete" else {
                record.list.append(message)
                sent[id] = record
                return []
            }
            return finish(id, response, record.list, now)
        }
        if message["EventList"]?.lowercased() == "start" {
            record.response = message
            sent[id] = record
            return []
        }
        return finish(id, message, [], now)
    }

    private mutating func finish(_ id: UInt64, _ response: AMIMessage, _ list: [AMIMessage], _ now: ContinuousClock.Instant) -> [Effect] {
        sent[id] = nil
        guard ownActions.remove(id) != nil else { return [.finished(id, .answered(response, list: list))] }
        let isSuccess = response["Response"]?.lowercased() == "success"
        switch phase {
        case .challenge:
            guard isSuccess, let challenge = response["Challenge"] else { return [.close(.refused(response["Message"] ?? "it gave no challenge"))] }
            return [.answerChallenge(challenge)]
        case .login:
            guard isSuccess else { return [.close(.refused(response["Message"] ?? "no reason was given"))] }
            phase = .ready
            phaseDeadline = nil
            defer { waiting = [] }
            for action in waiting { sent[action.id] = Sent(deadline: now + settings.answerTime) }
            return [.ready] + waiting.map { .send($0.bytes) }
        case .disconnected, .greeting, .ready: return []
        }
    }
}
