// SPDX-License-Identifier: GPL-3.0-or-later

import Crypto
public import ProvModel

/// The tokens of the management API.
public struct TokenBook: Sendable {
    private let appliance: Appliance

    /// The most tokens of an appliance.
    private static let capacity = 10_000
    /// The most patterns of one token, and the length of one.
    private static let maximumPermissions = 100, maximumPermissionLength = 256

    /// Makes the use case.
    public init(_ appliance: Appliance) { self.appliance = appliance }

    /// What is said of a new token.
    public struct Draft: Sendable, Equatable {
        /// What people call it.
        public var name: String
        /// The tenant for which it acts.
        public var tenant: TenantID
        /// What it allows, as patterns of permissions.
        public var permissions: [String]
        /// When it ends, in seconds since 1970; `nil` if it does not.
        public var expires: Double?

        /// Makes a draft.
        public init(name: String, tenant: TenantID, permissions: [String], expires: Double?) {
            self.name = name
            self.tenant = tenant
            self.permissions = permissions
            self.expires = expires
        }
    }

    /// The tokens of some tenants, oldest first.
    public func all(_ scope: TenantScope) async throws -> [APIToken] {
        try await appliance.store.tokens().filter { scope.holds($0.tenant) }
    }

    /// Makes a token.
    ///
    /// - Parameter issuer: What the token of whoever asks allows; the new one cannot allow more.
    /// - Returns: The token as it is kept, and the text that is its secret. Nobody can be told that text again.
    /// - Throws: `DocumentError` if the draft is wrong, else `StoreError`.
    public func issue(_ draft: Draft, by issuer: PermissionPatterns, in scope: TenantScope) async throws -> (APIToken, secret: String) {
        try check(draft, issuer)
        guard scope.holds(draft.tenant) else { throw DocumentError("tenant_uuid", "there is no such tenant, or none that you may act for") }
        let secret = Secrets.token()
        let token = APIToken(
            id: APITokenID(Secrets.uuid()), digest: Self.digest(secret), tenant: draft.tenant, name: draft.name, permissions: draft.permissions,
            created: appliance.now(), expires: draft.expires)
        guard try await appliance.store.tokens().count < Self.capacity else {
            throw DocumentError("name", "there are \(Self.capacity) tokens: revoke some that nobody uses")
        }
        try await appliance.store.transaction { transaction in
            guard try transaction.tenants()[draft.tenant] != nil else { throw DocumentError("tenant_uuid", "there is no such tenant") }
            try transaction.save(token)
        }
        return (token, secret)
    }

    /// Revokes a token: from now on it is refused.
    ///
    /// - Returns: Whether there was such a token.
    public func revoke(_ id: APITokenID, in scope: TenantScope) async throws -> Bool {
        try await appliance.store.transaction { transaction in
            guard let token = try transaction.token(id), scope.holds(token.tenant) else { return false }
            try transaction.delete(id)
            return true
        }
    }

    /// Makes a secret the administrator's token, in place of the one before.
    public func setAdministrator(secret: String, tenant: TenantID) async throws {
        let token = APIToken(
            id: .administrator, digest: Self.digest(secret), tenant: tenant, name: "administrator", permissions: ["#"],
            created: appliance.now(), expires: nil)
        try await appliance.store.transaction { transaction in
            if let former = try transaction.token(.administrator), former.digest == token.digest, former.tenant == tenant { return }
            try transaction.save(token)
        }
    }

    /// The token that a secret belongs to, or `nil` if it belongs to none that counts now.
    ///
    /// It is found by its hash: how long that takes says nothing of the secret, and the hashes are compared in constant time.
    public func token(secret: String) async throws -> APIToken? {
        let digest = SHA256.hash(data: Array(secret.utf8))
        guard let token = try await appliance.store.token(digest: Array(digest)), digest.isEqual(to: token.digest), token.isValid(at: appliance.now())
        else { return nil }
        return token
    }

    private static func digest(_ secret: String) -> [UInt8] { Array(SHA256.hash(data: Array(secret.utf8))) }

    private func check(_ draft: Draft, _ issuer: PermissionPatterns) throws(DocumentError) {
        guard (1...128).contains(draft.name.count), !draft.name.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            throw DocumentError("name", "a token's name has 1 to 128 characters and no line breaks")
        }
        guard (1...Self.maximumPermissions).contains(draft.permissions.count),
            draft.permissions.allSatisfy({ (1...Self.maximumPermissionLength).contains($0.utf8.count) })
        else { throw DocumentError("permissions", "permissions are 1 to \(Self.maximumPermissions) patterns, as provd.devices.#") }
        if let foreign = draft.permissions.first(where: { !issuer.cover($0) }) {
            throw DocumentError("permissions", "“\(foreign)” is more than your own token allows")
        }
        if let expires = draft.expires, !(appliance.now()...1e11).contains(expires) {
            throw DocumentError("expires", "expires is null or a time to come, in seconds since 1970")
        }
    }
}

extension SHA256Digest {
    /// Compares in a time that does not depend on where the bytes differ.
    fileprivate func isEqual(to bytes: [UInt8]) -> Bool {
        var difference: UInt8 = bytes.count == SHA256.byteCount ? 0 : 1
        for (left, right) in zip(self, bytes) { difference |= left ^ right }
        return difference == 0
    }
}
