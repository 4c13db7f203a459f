// SPDX-License-Identifier: GPL-3.0-or-later

import Crypto
import ProvModel
import Provisioning
import Synchronization

/// Checks tokens with a wazo-auth server. The administrator's own token counts beside it, so that `provctl` works while
/// wazo-auth does not.
public struct WazoAuthority: AccessAuthority {
    /// For how long what wazo-auth said is believed, in seconds: about as long as a client's burst of requests. A token that
    /// is revoked counts at most so much longer.
    private static let cacheSeconds = 10.0
    /// The most answers that are remembered of each kind.
    private static let capacity = 10_000

    private let server: any WazoAuthServer
    private let local: EmbeddedAuthority
    private let now: @Sendable () -> Double
    private let cache = Cache()

    /// Tokens are remembered by their hash: nobody finds them in a memory dump of an idle daemon.
    private struct Question: Hashable {
        let token: SHA256Digest
        let permission: String
        let tenant: TenantID
    }

    private final class Cache: Sendable {
        struct Known<Value: Sendable>: Sendable {
            let value: Value
            let until: Double
        }
        struct State {
            var allowed: [Question: Double] = [:]
            var owners: [SHA256Digest: Known<WazoTokenOwner>] = [:]
            var trees: [TenantID: Known<Set<TenantID>>] = [:]
        }
        let state = Mutex(State())
    }

    /// Makes an authority.
    ///
    /// - Parameter local: Checks the administrator's token.
    public init(_ server: any WazoAuthServer, local: EmbeddedAuthority, now: @escaping @Sendable () -> Double) {
        self.server = server
        self.local = local
        self.now = now
    }

    public func access(_ credentials: APICredentials) async throws -> APIAccess {
        guard let token = credentials.token, !token.isEmpty else { throw AccessRefusal.token }
        if let access = try await administrator(credentials) { return access }
        let decision: Result<APIAccess, AccessRefusal>
        do throws(WazoAuthFailure) {
            decision = try await decide(token: token, credentials)
        } catch {
            throw AccessRefusal.unavailable("the token cannot be checked now: \(error.description)")
        }
        return try decision.get()
    }

    /// The administrator may act for every tenant that wazo-auth has.
    private func administrator(_ credentials: APICredentials) async throws -> APIAccess? {
        guard let own = try await local.administrator(credentials) else { return nil }
        guard let wanted = credentials.tenant.map(TenantID.init), wanted != own.tenant else {
            return APIAccess(
                tenant: own.tenant, actor: own.actor, permissions: own.permissions, ownTenant: nil, tree: { await knownTree(of: own.tenant) },
                renewed: { try await access(credentials) })
        }
        guard await knownTree(of: own.tenant).contains(wanted) else { throw AccessRefusal.tenant(wanted.description) }
        return APIAccess(
            tenant: wanted, actor: AuditActor(name: own.actor.name, tenant: wanted, address: own.actor.address), permissions: own.permissions,
            ownTenant: nil, tree: { await knownTree(of: wanted) }, renewed: { try await access(credentials) })
    }

    /// The tree, or the tenant alone while wazo-auth cannot be asked.
    private func knownTree(of tenant: TenantID) async -> Set<TenantID> { (try? await tree(of: tenant)) ?? [tenant] }

    private func decide(
        token: String, _ credentials: APICredentials
    ) async throws(WazoAuthFailure) -> Result<APIAccess, AccessRefusal> {
        let digest = SHA256.hash(data: Array(token.utf8))
        guard let owner = try await owner(of: token, digest) else { return .failure(.token) }
        guard let tenant = credentials.tenant.map(TenantID.init) ?? owner.tenant else { return .failure(.tenant("of its own: it has none")) }
        let permission = credentials.permission(for: tenant)
        let question = Question(token: digest, permission: permission, tenant: tenant)
        let now = now()
        if cache.state.withLock({ !Self.counts(until: $0.allowed[question] ?? 0, now) }) {
            switch try await server.check(token: token, permission: permission, tenant: tenant) {
            case .allowed: break
            case .unknown: return .failure(.token)
            case .forbidden: return .failure(.permission(permission))
            }
            cache.state.withLock { state in
                if state.allowed.count >= Self.capacity { state.allowed = [:] }
                state.allowed[question] = now + Self.cacheSeconds
            }
        }
        return .success(
            APIAccess(
                tenant: tenant, actor: AuditActor(name: owner.user, tenant: tenant, address: credentials.address),
                permissions: PermissionPatterns([]), ownTenant: nil, tree: { try await scopeTree(of: tenant) }, renewed: { try await access(credentials) }))
    }

    /// Whether what was said counts still. A clock that was set back must not make it count for longer.
    private static func counts(until end: Double, _ now: Double) -> Bool { now < end && end - now <= cacheSeconds }

    private func scopeTree(of tenant: TenantID) async throws -> Set<TenantID> {
        do {
            return try await tree(of: tenant)
        } catch {
            throw AccessRefusal.unavailable("the tenants cannot be looked up now: \(error.description)")
        }
    }

    private func owner(of token: String, _ digest: SHA256Digest) async throws(WazoAuthFailure) -> WazoTokenOwner? {
        let now = now()
        if let known = cache.state.withLock({ $0.owners[digest] }), Self.counts(until: known.until, now) { return known.value }
        guard let owner = try await server.owner(ofToken: token) else { return nil }
        cache.state.withLock { state in
            if state.owners.count >= Self.capacity { state.owners = [:] }
            state.owners[digest] = .init(value: owner, until: now + Self.cacheSeconds)
        }
        return owner
    }

    private func tree(of tenant: TenantID) async throws(WazoAuthFailure) -> Set<TenantID> {
        let now = now()
        if let known = cache.state.withLock({ $0.trees[tenant] }), Self.counts(until: known.until, now) { return known.value }
        let tree = Set(try await server.tenants(below: tenant).map(\.id)).union([tenant])
        cache.state.withLock { state in
            if state.trees.count >= Self.capacity { state.trees = [:] }
            state.trees[tenant] = .init(value: tree, until: now + Self.cacheSeconds)
        }
        return tree
    }
}
