// SPDX-License-Identifier: GPL-3.0-or-later

import Crypto
import JSONText
public import PBXConfig
public import ProvModel

/// The PBX of a site, and what it has to know.
public struct PBXSite: Sendable {
    /// What the administrator's configuration says.
    public struct Settings: Sendable {
        /// How phones are told of the PBX, if it is named.
        public var host: String?
        /// Where the PBX reaches provd's SIP.
        public var provd: SIPServer
        /// Where Asterisk reaches provd's FastAGI, as `HOST:PORT`.
        public var fastAGI: String
        /// What is dialled.
        public var onboarding: OnboardingSettings

        /// Makes settings.
        public init(host: String?, provd: SIPServer, fastAGI: String, onboarding: OnboardingSettings) {
            self.host = host
            self.provd = provd
            self.fastAGI = fastAGI
            self.onboarding = onboarding
        }
    }

    /// How many devices' accounts are read in one transaction, so that no phone waits for long.
    private static let chunk = 500

    private let appliance: Appliance
    private let settings: Settings

    /// Makes the use case.
    public init(_ appliance: Appliance, _ settings: Settings) {
        self.appliance = appliance
        self.settings = settings
    }

    /// What the PBX has to know of the lines and phones of a tenant, and of all tenants below it.
    ///
    /// - Parameter host: The PBX as phones are told of it, if it is another than the configured one.
    /// - Throws: `PBXConfigError` if no PBX is named, else `StoreError`.
    public func plan(for scope: TenantScope, host named: String? = nil) async throws -> PBXPlan {
        guard let host = named ?? settings.host else {
            throw PBXSiteError("no PBX is named: set sip.registrar in provd.yml, or name the host by which phones are told of it")
        }
        let defaults = try await registrars()
        var accounts: [PBXPlan.Account] = []
        for line in try await appliance.store.lines() where scope.holds(line.tenant) && (line.server?.host ?? defaults.line) == host {
            accounts.append(
                PBXPlan.Account(
                    username: line.username, password: line.password, kind: .line(number: line.number, name: line.displayName),
                    tenant: line.tenant.description))
        }
        if defaults.autoprov == host { accounts += try await autoprovAccounts(scope) }
        let onboarding = settings.onboarding
        var plan = PBXPlan(
            accounts: accounts, host: host, provdHost: settings.provd.host, provdPort: settings.provd.port ?? 5060, fastAGI: settings.fastAGI)
        plan.accessNumber = onboarding.accessNumber
        plan.loginNumber = onboarding.loginNumber
        plan.logoutNumber = onboarding.logoutNumber
        plan.resetNumbers = onboarding.resetPIN == nil ? [] : onboarding.resetNumbers.sorted()
        plan.emergencyNumbers = onboarding.emergencyNumbers.sorted()
        return plan
    }

    /// One account that registers at the PBX, whatever its tenant; `nil` if there is none.
    public func account(username: String) async throws -> PBXPlan.Account? {
        switch try await PhoneAccounts(appliance).account(username: username) {
        case .line(let line):
            return PBXPlan.Account(
                username: line.username, password: line.password, kind: .line(number: line.number, name: line.displayName),
                tenant: line.tenant.description)
        case .autoprov(let account):
            guard let device = try await appliance.store.device(account.device) else { return nil }
            return PBXPlan.Account(
                username: account.username, password: account.password, kind: .autoprov, tenant: device.tenant?.description ?? "")
        case nil: return nil
        }
    }

    /// The user names of the lines with a number, of the tenant of a line.
    public func usernames(of number: String, for username: String) async throws -> [String] {
        try await appliance.store.transaction { transaction in
            guard let caller = try transaction.line(username: username) else { return [] }
            return try transaction.lines(number: number).filter { $0.tenant == caller.tenant }.map(\.username)
        }
    }

    /// What is dialled.
    public var onboarding: OnboardingSettings { settings.onboarding }

    /// MD5 of user name, domain and password: what digest authentication starts from (RFC 2617 section 3.2.2.2).
    public static func digest(of account: PBXPlan.Account, domain: String) -> String {
        let digest = Insecure.MD5.hash(data: Array("\(account.username):\(domain):\(account.password)".utf8))
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Where lines register that name no server, and phones without a line.
    private func registrars() async throws -> (line: String?, autoprov: String?) {
        let base = appliance.settings.baseRawConfig
        func host(_ id: ConfigID) async throws -> String? {
            let rawConfig = try await ConfigTree(root: id, in: appliance.store).flattened(id, base: base)
            let line = rawConfig?["sip_lines"]?["1"]
            return (line?["registrar_ip"] ?? line?["proxy_ip"] ?? rawConfig?["sip_registrar_ip"] ?? base["sip_registrar_ip"])?.string
        }
        let registrar = try await appliance.store.config(.defaultRegistrar)?.document["registrar_main"]?.string
        let line: String? = if let registrar { registrar } else { try await host(.base) }
        return (line, try await host(.autoprov))
    }

    private func autoprovAccounts(_ scope: TenantScope) async throws -> [PBXPlan.Account] {
        let devices = try await appliance.store.devices().filter { device in scope.holds(device.tenant) }
        var accounts: [PBXPlan.Account] = []
        for start in stride(from: 0, to: devices.count, by: Self.chunk) {
            let some = devices[start..<min(start + Self.chunk, devices.count)]
            accounts += try await appliance.store.transaction { transaction in
                try some.compactMap { device in
                    try transaction.autoprovAccount(of: device.id).map {
                        PBXPlan.Account(
                            username: $0.username, password: $0.password, kind: .autoprov, tenant: device.tenant?.description ?? "")
                    }
                }
            }
        }
        return accounts
    }
}

/// Why nothing can be said for a PBX.
public struct PBXSiteError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, and what to do.
    public let description: String

    init(_ description: String) { self.description = description }
}
