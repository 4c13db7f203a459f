// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import PhonePlugins
public import ProvModel

/// Makes a phone fetch its configuration again.
public struct PhoneSynchronisation: Sendable {
    private let appliance: Appliance
    private let notifier: any PhoneNotifier

    /// Makes the use case.
    public init(_ appliance: Appliance, notifier: any PhoneNotifier) {
        self.appliance = appliance
        self.notifier = notifier
    }

    /// Why a phone could not be told.
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// What happened and what to do.
        public let description: String
    }

    /// Tells a phone to fetch its configuration again, through the flow on which it is registered, else at its address.
    ///
    /// Success means that the phone said it would. That it did is on the timeline: it fetches its files and registers.
    ///
    /// - Throws: `Failure` if the phone was not told, else `StoreError`.
    public func synchronise(_ id: DeviceID) async throws {
        guard let device = try await appliance.store.device(id) else { throw Failure(description: "there is no such device") }
        do {
            try await tell(device)
        } catch let failure as Failure {
            await note(device, .failed, "could not be told to fetch its configuration again: \(failure.description)")
            throw failure
        }
        await note(device, .done, "was told to fetch its configuration again, and agreed")
    }

    private func tell(_ device: Device) async throws {
        guard let plugin = device.plugin.flatMap({ appliance.plugins.catalog[$0] }) else {
            throw Failure(description: "no plugin serves it, so that nothing tells how; choose a plugin for the device")
        }
        guard case .notify(let event) = plugin.manifest.synchronisation else {
            throw Failure(description: "plugin \(plugin.id) cannot synchronise; restart the phone by hand")
        }
        var failure = Failure(description: "it is not registered and its address is not known; restart the phone by hand")
        for target in try await targets(of: device) {
            switch await notifier.notify(target, event: event) {
            case .answered(let status) where (200..<300).contains(status): return
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
        if let username = device.remoteStateSIPUsername { usernames.append(username) }
        usernames += try await appliance.store.lines(on: device.id).map(\.username)
        if let account = try await appliance.store.transaction({ try $0.autoprovAccount(of: device.id) }) {
            usernames.append(account.username)
        }
        var seen: Set<String> = []
        let accounts = usernames.filter { seen.insert($0).inserted }.map(NotifyTarget.account)
        return accounts + (device.ip.map { [.address($0)] } ?? [])
    }

    private func note(_ device: Device, _ outcome: TimelineEvent.Outcome, _ text: String) async {
        await appliance.journal.note(
            TimelineEvent(device: device.id, mac: device.mac, time: appliance.now(), step: .synchronise, outcome: outcome, text: text))
    }
}
