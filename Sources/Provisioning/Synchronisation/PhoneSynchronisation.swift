// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import PhonePlugins
import NetTypes
public import ProvModel

/// Makes a phone fetch its configuration again, and sees that it does.
public struct PhoneSynchronisation: Sendable {
    /// How long a phone may take.
    public struct Patience: Sendable {
        /// From its answer to its first file. Phones that are in a call wait for its end.
        public var fetch: Duration
        /// From then on to its registration: a restart takes a minute or two.
        public var registration: Duration

        /// What suits phones that restart.
        public static let standard = Patience(fetch: .seconds(120), registration: .seconds(180))

        /// Makes a patience.
        public init(fetch: Duration, registration: Duration) {
            self.fetch = fetch
            self.registration = registration
        }
    }

    private let appliance: Appliance
    private let notifier: any PhoneNotifier
    private let actions: (any PhoneActionSender)?
    private let patience: Patience
    private let pacer = NotifyPacer()

    /// Makes the use case.
    ///
    /// - Parameter actions: What sends requests to phones that are told over HTTP; without it those cannot be synchronised.
    public init(
        _ appliance: Appliance, notifier: any PhoneNotifier, actions: (any PhoneActionSender)? = nil, patience: Patience = .standard
    ) {
        self.appliance = appliance
        self.notifier = notifier
        self.actions = actions
        self.patience = patience
    }

    /// Why a phone was not synchronised.
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// What happened and what to do.
        public let description: String
    }

    /// Tells a phone to fetch its configuration again, through the flow on which it is registered, else at its address, and
    /// waits until it has fetched it and, if it registers where provd sees it, registered after that. Each step is on its timeline.
    ///
    /// - Parameter progress: Where to show how far the phone is; it must have the parts of ``plan``.
    /// - Throws: `Failure` if the phone was not told, or did not do it; else `StoreError`.
    public func synchronise(_ id: DeviceID, showing progress: OperationProgress? = nil) async throws {
        guard let device = try await appliance.store.device(id) else { throw Failure(description: "there is no such device") }
        // Watched from before it is told: a phone can be quick.
        let (watcher, events) = await appliance.journal.watch(id)
        do {
            try await pacer.turn()
            progress?.update([0]) { $0.state = .progress }
            let hasAgreed = try await tell(device)
            progress?.update([0]) { $0.state = .success }
            await note(device, .done, "was told \(hasAgreed ? "" : "through its PBX ")to fetch its configuration again\(hasAgreed ? ", and agreed" : "")")
            let isSeen = try await registersHere(device.id)
            // Nobody here sees a registration elsewhere: that is no part of it then.
            if !isSeen { progress?.update { _ = $0.parts.popLast() } }
            try await seeArrival(of: device, until: isSeen ? .arrived : .fetched, hasAgreed, in: events, showing: progress)
            await note(device, .done, isSeen ? "has fetched its configuration and registered again" : "has fetched its configuration")
        } catch {
            await appliance.journal.unwatch(id, watcher)
            if let failure = error as? Failure { await note(device, .failed, "was not synchronised: \(failure.description)") }
            throw error
        }
        await appliance.journal.unwatch(id, watcher)
    }

    /// Whether provd sees the phone register: its lines may register at a PBX that does not tell.
    private func registersHere(_ id: DeviceID) async throws -> Bool {
        guard let device = try await appliance.store.device(id) else { return true }
        return try await appliance.unseenRegistrar(of: device) == nil
    }

    private func seeArrival(
        of device: Device, until end: PhoneArrival.Stage, _ hasAgreed: Bool, in events: AsyncStream<TimelineEvent>, showing progress: OperationProgress?
    ) async throws {
        var arrival = PhoneArrival()
        var iterator = Events(events)
        progress?.update([1]) { $0.state = .progress }
        while arrival.stage != .arrived, arrival.stage != end {
            if arrival.stage == .fetched {
                progress?.update([1]) { $0.state = .success }
                progress?.update([2]) { $0.state = .progress }
            }
            let time = if case .fetched = arrival.stage { patience.registration } else { patience.fetch }
            guard try await iterator.advance(&arrival, within: time) else {
                throw Failure(description: missing(arrival.stage, hasAgreed))
            }
        }
        for part in [1, 2] { progress?.update([part]) { $0.state = .success } }
    }

    private func missing(_ stage: PhoneArrival.Stage, _ hasAgreed: Bool) -> String {
        switch stage {
        case .agreed: "it \(hasAgreed ? "agreed" : "was told through its PBX"), and has not fetched its configuration since; see that it reaches provd by HTTP or TFTP, or restart it by hand"
        case .refused(let reason): "it \(reason)"
        case .fetched, .arrived:
            "it has fetched its configuration, and not registered since; look at its display, and see that its account is right"
        }
    }

    /// The events of one phone, waited for with a bound.
    private struct Events {
        private let events: AsyncStream<TimelineEvent>

        init(_ events: AsyncStream<TimelineEvent>) { self.events = events }

        /// Waits until an event changes the stage.
        ///
        /// - Returns: Whether one did in time.
        mutating func advance(_ arrival: inout PhoneArrival, within time: Duration) async throws -> Bool {
            let events = events, before = arrival
            let after = try await withThrowingTaskGroup(of: PhoneArrival?.self) { group in
                group.addTask {
                    var arrival = before
                    for await event in events where arrival.receive(event) { return arrival }
                    return nil
                }
                group.addTask {
                    try await Task.sleep(for: time)
                    return nil
                }
                let first = try await group.next() ?? nil
                group.cancelAll()
                return first
            }
            guard let after else {
                try Task.checkCancellation()
                return false
            }
            arrival = after
            return true
        }
    }

    /// Tells a phone.
    ///
    /// - Returns: Whether it agreed; a PBX that passes it on does not say so.
    private func tell(_ device: Device) async throws -> Bool {
        guard let plugin = device.plugin.flatMap({ appliance.plugins.catalog[$0] }) else {
            throw Failure(description: "no plugin serves it, so that nothing tells how; choose a plugin for the device")
        }
        switch plugin.manifest.synchronisation {
        case .notify(let event, let body):
            return try await notify(
                device, NotifyInstruction(event: event, lines: body?.lines ?? [], contentType: body?.contentType ?? "text/plain"))
        case .httpAction(let action):
            try await send(action, to: device)
            return true
        case .unsupported: throw Failure(description: "plugin \(plugin.id) cannot synchronise; restart the phone by hand")
        }
    }

    private func send(_ action: PhoneHTTPAction, to device: Device) async throws {
        guard let actions, let address = device.ip else {
            throw Failure(description: "its address is not known; restart the phone by hand")
        }
        guard !device.isAddressClaimed else { throw Self.claimedAddress(address) }
        switch await actions.send(action, to: address, as: try await credentials(action.credentials, of: device)) {
        // A page that leads on to another has done what it was asked for.
        case .answered(let status) where (200..<400).contains(status): return
        case .sent: return
        case .answered(401), .answered(403):
            throw Failure(
                description: "its web page does not accept the name and password of its configuration; it takes them when it is restarted by hand")
        case .answered(let status): throw Failure(description: "its web page answered \(status); restart the phone by hand")
        case .noAnswer, .notRegistered:
            throw Failure(description: "its web page did not answer; see that it is plugged in, or restart it by hand")
        case .failed(let reason): throw Failure(description: reason)
        }
    }

    /// The name and password that the phone's configuration gave it.
    private func credentials(_ whose: PhoneHTTPAction.Credentials, of device: Device) async throws -> PhoneCredentials? {
        guard whose != .none, let config = device.config,
            let rawConfig = try await ConfigTree(root: config, in: appliance.store).flattened(config, base: appliance.settings.baseRawConfig),
            let username = rawConfig[whose.rawValue + "_username"]?.string, let password = rawConfig[whose.rawValue + "_password"]?.string
        else { return nil }
        return PhoneCredentials(username: username, password: password)
    }

    private func notify(_ device: Device, _ instruction: NotifyInstruction) async throws -> Bool {
        var failure = Failure(description: "it is not registered and its address is not known; restart the phone by hand")
        if let ip = device.ip, device.isAddressClaimed { failure = Self.claimedAddress(ip) }
        for target in try await targets(of: device) {
            switch await notifier.notify(target, instruction) {
            case .sent: return false
            case .answered(let status) where (200..<300).contains(status): return true
            case .answered(let status): failure = Failure(description: "it answered \(status); restart the phone by hand")
            case .noAnswer: failure = Failure(description: "it did not answer; see that it is plugged in, or restart it by hand")
            case .notRegistered: continue
            case .failed(let reason): failure = Failure(description: reason)
            }
        }
        throw failure
    }

    /// The ways to a phone, the surest first: the account that it is believed to run, all others of its own, its address.
    private func targets(of device: Device) async throws -> [NotifyTarget] {
        var usernames: [String] = []
        if let username = device.remoteStateSIPUsername, try await !isOfAnotherTenant(username, device) { usernames.append(username) }
        usernames += try await appliance.store.lines(on: device.id).map(\.username)
        if let account = try await appliance.store.transaction({ try $0.autoprovAccount(of: device.id) }) {
            usernames.append(account.username)
        }
        var seen: Set<String> = []
        let accounts = usernames.filter { seen.insert($0).inserted }.map(NotifyTarget.account)
        return accounts + (device.isAddressClaimed ? [] : device.ip.map { [.address($0)] } ?? [])
    }

    /// Whether a SIP user name is of another tenant's phone: what a client writes into a document must not reach that.
    private func isOfAnotherTenant(_ username: String, _ device: Device) async throws -> Bool {
        if let line = try await appliance.store.line(username: username) { return line.device != device.id && line.tenant != device.tenant }
        guard let account = try await appliance.store.autoprovAccount(username: username), account.device != device.id else { return false }
        return try await appliance.store.device(account.device)?.tenant != device.tenant
    }

    private static func claimedAddress(_ address: IPAddress) -> Failure {
        Failure(
            description: "nothing was seen of it at \(address), which a client of its tenant wrote: restart the phone by hand, so that it is seen, or let an administrator of the appliance write its address")
    }

    private func note(_ device: Device, _ outcome: TimelineEvent.Outcome, _ text: String) async {
        await appliance.journal.note(
            TimelineEvent(device: device.id, mac: device.mac, time: appliance.now(), step: .synchronise, outcome: outcome, text: text))
    }
}

extension PhoneSynchronisation {
    /// What synchronising is made of, as an operation shows it: the phone is told, fetches its configuration, and registers.
    public static var plan: OperationPart {
        OperationPart(parts: [OperationPart("told"), OperationPart("fetched"), OperationPart("registered")])
    }

    /// Synchronises a device as an operation that can be watched.
    public func begin(_ id: DeviceID, in operations: Operations) async -> Operations.Operation {
        await operations.begin("synchronise", of: id.description, Self.plan, .wait, device: id) { try await synchronise(id, showing: $0) }
    }
}
