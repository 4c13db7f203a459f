// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import NetTypes
import Provisioning

/// Holds the machine's state, and asks the use case.
actor PlugAndPlayResponder {
    private var machine: PlugAndPlayMachine
    private let offers: PlugAndPlayOffers
    private let logger: Logger
    private let clock = ContinuousClock()

    init(local: PlugAndPlayPeer, offers: PlugAndPlayOffers, logger: Logger) {
        machine = PlugAndPlayMachine(local: local, makeToken: { String(UInt64.random(in: .min ... .max), radix: 36) })
        self.offers = offers
        self.logger = logger
    }

    /// Takes a datagram of the group.
    ///
    /// - Returns: What to send.
    func question(_ bytes: [UInt8], from peer: PlugAndPlayPeer?) async -> [PlugAndPlayMachine.Datagram] {
        guard let peer, let subscription = PlugAndPlaySubscription(datagram: bytes, from: peer) else { return [] }
        if let repetition = machine.repetition(of: subscription) { return [repetition] }
        do {
            guard let url = try await offers.url(for: subscription.phone) else { return [] }
            return machine.accept(subscription, url: url, now: clock.now)
        } catch {
            // The phone asks again.
            logger.error("a phone that asked by multicast could not be looked up", metadata: ["reason": "\(error)"])
            return []
        }
    }

    /// Takes a phone's response.
    func response(_ bytes: [UInt8], from peer: PlugAndPlayPeer?) {
        guard let peer else { return }
        machine.receive(bytes, from: peer, now: clock.now)
    }

    /// What is to be repeated by now.
    func due() -> [PlugAndPlayMachine.Datagram] { machine.advance(to: clock.now) }
}
