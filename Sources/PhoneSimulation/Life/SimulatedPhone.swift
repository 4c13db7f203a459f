// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NetTypes
import PhonePlugins

/// The life of one phone: boot, register, perhaps dial a code, and boot again when told to.
struct SimulatedPhone: Sendable {
    /// What all phones share.
    struct World: Sendable {
        let http: HTTPFetcher
        let tftp: TFTPFetcher
        let hosts: HostBook
        /// How many phones fetch files at the same time.
        let fetching: Turnstile
        let lease: LeaseReporter?
        /// The address at which the phones are.
        let address: String
    }

    /// What the phone shall do when it is registered.
    struct Errand: Sendable {
        /// The code that it dials.
        var code: String?
        /// For how long it waits to be told to fetch its configuration; `nil` if nobody will tell.
        var patience: Duration?
    }

    let number: Int
    let plan: BootPlan
    /// `nil` for phones whose configuration holds no account.
    let reader: AccountReader?
    let exchange: SIPExchange
    let world: World
    let errand: Errand

    /// Lives until the phone has done what it should, or cannot.
    ///
    /// - Parameter progress: Told of each stage as soon as it is reached.
    func live(_ progress: @Sendable (PhoneOutcome) async -> Void) async -> PhoneOutcome {
        var outcome = PhoneOutcome(name: plan.name)
        do {
            try await live(&outcome, progress)
        } catch let failure as PhoneFailure {
            outcome.failure = failure
        } catch {
            outcome.failure = PhoneFailure(step: .fetch, reason: error is CancellationError ? "interrupted" : "\(error)")
        }
        return outcome
    }

    private var mac: MACAddress { plan.address(of: number) }

    private func live(_ outcome: inout PhoneOutcome, _ progress: @Sendable (PhoneOutcome) async -> Void) async throws {
        let identity = await exchange.identity(of: number, userAgent: plan.sipUserAgent?.text(for: mac))
        try await world.fetching.pass { try await tellLease() }
        let (start, file) = try await world.fetching.pass { (ContinuousClock.now, try await fetch(&outcome, .fetch)) }
        outcome.isConfigured = true
        guard let reader else { return }
        let account = try read(file, reader, .read)
        try await register(account, identity, .register)
        outcome.registered = .now - start
        await progress(outcome)
        if let code = errand.code {
            let status: Int
            do {
                status = try await exchange.dial(code, account, identity, at: try await server(of: account, .dial))
            } catch let failure as SIPFailure {
                throw PhoneFailure(step: .dial, reason: failure.reason)
            }
            guard (200..<300).contains(status) else { throw PhoneFailure(step: .dial, reason: "the code was answered with \(status)") }
        }
        guard let patience = errand.patience else { return }
        // Phones that cannot be told over SIP are switched off and on by those who have dialled.
        if case .notify = plan.plugin.manifest.synchronisation {
            guard await exchange.instruction(for: number, within: patience) else {
                try Task.checkCancellation()
                throw PhoneFailure(step: .instruction, reason: "nobody told the phone to fetch its configuration within \(patience.components.seconds) s")
            }
        }
        let told = ContinuousClock.now
        let (_, second) = try await world.fetching.pass { (ContinuousClock.now, try await fetch(&outcome, .refetch)) }
        let owner = try read(second, reader, .reread)
        if errand.code != nil, owner.user == account.user {
            throw PhoneFailure(step: .reread, reason: "the configuration still holds the account for dialling codes")
        }
        try await register(owner, identity, .arrive)
        outcome.arrived = .now - told
        await progress(outcome)
    }

    // MARK: Steps

    private func tellLease() async throws {
        guard let lease = world.lease else { return }
        do {
            try await lease.report(mac: mac, address: world.address, vendorClass: plan.vendorClass?.text(for: mac))
        } catch let failure as FetchFailure {
            throw PhoneFailure(step: .dhcp, reason: failure.reason)
        }
    }

    /// Fetches what the phone asks for, in its order.
    ///
    /// - Returns: The file that makes the phone what it is.
    private func fetch(_ outcome: inout PhoneOutcome, _ step: PhoneStep) async throws -> [UInt8] {
        var last: [UInt8] = []
        for request in plan.steps {
            let path = request.path.text(for: mac)
            let begin = ContinuousClock.now
            let answer: FetchAnswer
            do {
                answer =
                    plan.transport == .tftp
                    ? try await world.tftp.fetch(path) : try await world.http.fetch(path, userAgent: plan.userAgent?.text(for: mac))
            } catch let failure as FetchFailure {
                throw PhoneFailure(step: step, reason: failure.reason)
            }
            outcome.fetches.append(.now - begin)
            switch answer {
            case .file(let bytes):
                outcome.fetchedBytes += bytes.count
                last = bytes
            case .refused(let reason, let isMissing):
                guard !request.isNeeded, isMissing else {
                    throw PhoneFailure(step: step, reason: reason + (request.isNeeded ? " for its configuration" : " for a file before its configuration"))
                }
                outcome.missing += 1
            }
        }
        return last
    }

    private func read(_ file: [UInt8], _ reader: AccountReader, _ step: PhoneStep) throws(PhoneFailure) -> PhoneAccount {
        do {
            return try reader.account(in: file)
        } catch {
            throw PhoneFailure(step: step, reason: error.reason)
        }
    }

    private func register(_ account: PhoneAccount, _ identity: SIPIdentity, _ step: PhoneStep) async throws {
        let server = try await server(of: account, step)
        do {
            _ = try await exchange.register(account, identity, at: server)
        } catch {
            try Task.checkCancellation()
            throw PhoneFailure(step: step, reason: error.reason)
        }
    }

    private func server(of account: PhoneAccount, _ step: PhoneStep) async throws -> SocketAddress {
        do {
            return try await world.hosts.address(of: account.host, port: Int(account.port))
        } catch let failure as FetchFailure {
            throw PhoneFailure(step: step, reason: failure.reason)
        }
    }
}
