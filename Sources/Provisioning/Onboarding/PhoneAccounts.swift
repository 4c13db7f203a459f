// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import Logging
public import NetTypes
public import ProvModel

/// An account with which phones register at provd.
public enum PhoneAccount: Sendable, Equatable {
    /// A device without a line. It can dial codes and nothing else.
    case autoprov(AutoprovAccount)
    /// A person's line.
    case line(Line)

    /// The SIP user name.
    public var username: String {
        switch self {
        case .autoprov(let account): account.username
        case .line(let line): line.username
        }
    }
    /// The SIP password.
    public var password: String {
        switch self {
        case .autoprov(let account): account.password
        case .line(let line): line.password
        }
    }
    /// The device that uses it, if it is on one.
    public var device: DeviceID? {
        switch self {
        case .autoprov(let account): account.device
        case .line(let line): line.device
        }
    }
}

/// The accounts that may register, and what their registrations say about devices.
public struct PhoneAccounts: Sendable {
    private let appliance: Appliance

    /// Makes the use case.
    public init(_ appliance: Appliance) { self.appliance = appliance }

    /// The account with a user name, or `nil`.
    public func account(username: String) async throws -> PhoneAccount? {
        if let account = try await appliance.store.autoprovAccount(username: username) { return .autoprov(account) }
        return try await appliance.store.line(username: username).map(PhoneAccount.line)
    }

    /// The SIP user names of the lines with a number that register at provd and belong to the tenant of another line.
    ///
    /// - Parameters:
    ///   - number: What somebody dialled.
    ///   - username: The line that dialled it.
    public func usernames(of number: String, for username: String) async throws -> [String] {
        try await appliance.store.transaction { transaction in
            guard let caller = try transaction.line(username: username) else { return [] }
            return try transaction.lines(number: number).filter { $0.tenant == caller.tenant && $0.server == nil }.map(\.username)
        }
    }

    /// Whether somebody waits for a device to register.
    public func isAwaited(_ device: DeviceID) async -> Bool { await appliance.journal.isWatched(device) }

    /// What a registrar saw.
    public enum Registration: String, Sendable {
        /// A contact that was not there before.
        case began
        /// The same contact once more.
        case continued
        /// The phone took its registration back, or let it expire.
        case ended
    }

    /// Notes on the device's timeline that an account's registration began or ended; that it goes on, only while somebody
    /// waits for the device.
    ///
    /// - Parameter registrar: The PBX at which it is registered, in a word; `nil` for provd itself.
    public func registered(
        _ account: PhoneAccount, _ registration: Registration, from source: IPAddress?, transport: String, at registrar: String? = nil
    ) async {
        guard let id = account.device else { return }
        if registration == .continued { guard await appliance.journal.isWatched(id) else { return } }
        let mac = try? await appliance.store.device(id)?.mac
        let subject =
            switch account {
            case .autoprov: "its autoprov account"
            case .line(let line): "the line of \(line.displayName), number \(line.number)"
            }
        let place = registrar.map { " at \($0)" } ?? ""
        var details: JSONObject = ["registration": .string(registration.rawValue), "transport": .string(transport)]
        details["account"] = .string(account.kind)
        details["username"] = .string(account.username)
        details["registrar"] = registrar.map(JSONValue.string)
        details["ip"] = source.map { .string($0.description) }
        await appliance.journal.note(
            TimelineEvent(
                device: id, mac: mac, time: appliance.now(), step: .registered,
                text: registration == .ended
                    ? "is no longer registered\(place) with \(subject)"
                    : "registered\(registration == .continued ? " again" : "")\(place) with \(subject) over \(transport) from \(source?.description ?? "an unknown address")",
                details: details))
    }

    /// Logs a wrong password for whoever guards the network, and shows it on the device's timeline if it has one.
    public func authenticationFailed(username: String, from source: IPAddress?) async {
        appliance.securityLog.warning("SIP authentication failed from \(source?.description ?? "-")")
        guard let account = try? await account(username: username), let id = account.device else { return }
        let mac = try? await appliance.store.device(id)?.mac
        await appliance.journal.note(
            TimelineEvent(
                device: id, mac: mac, time: appliance.now(), step: .registered, outcome: .refused,
                text: "somebody at \(source?.description ?? "an unknown address") gave a wrong password for its account; if it is the phone, synchronise it"))
    }
}

extension PhoneAccount {
    fileprivate var kind: String {
        switch self {
        case .autoprov: "autoprov"
        case .line: "line"
        }
    }
}
