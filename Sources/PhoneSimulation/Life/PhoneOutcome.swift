// SPDX-License-Identifier: GPL-3.0-or-later

/// What a simulated phone does, step by step; errors are counted by it.
public enum PhoneStep: String, Sendable, Hashable, CaseIterable {
    /// Telling provd of its DHCP lease.
    case dhcp
    /// Fetching its files.
    case fetch
    /// Reading the account in its configuration.
    case read
    /// Registering.
    case register
    /// Dialling a provisioning code.
    case dial
    /// Waiting to be told to fetch its configuration again.
    case instruction
    /// Fetching its files as its owner's phone.
    case refetch
    /// Reading its owner's account.
    case reread
    /// Registering as its owner's.
    case arrive
}

/// A phone could not take a step.
public struct PhoneFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The step.
    public let step: PhoneStep
    /// Why, in words that are the same for all phones that it befalls.
    public let reason: String

    public var description: String { "\(step.rawValue): \(reason)" }
}

/// What became of one phone.
public struct PhoneOutcome: Sendable {
    /// The plugin and the model.
    public let name: String
    /// Whether it got its first configuration.
    public internal(set) var isConfigured = false
    /// From its first packet until it was registered.
    public internal(set) var registered: Duration?
    /// From the instruction to fetch its configuration until it was registered as its owner's.
    public internal(set) var arrived: Duration?
    /// Each request for a file: how long it took.
    public internal(set) var fetches: [Duration] = []
    /// Bytes of the files.
    public internal(set) var fetchedBytes = 0
    /// Files that the server does not have, and that the phone can do without.
    public internal(set) var missing = 0
    /// Why it did not get further; `nil` if it did all that it should.
    public internal(set) var failure: PhoneFailure?
}
