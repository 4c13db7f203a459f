// SPDX-License-Identifier: GPL-3.0-or-later

import Crypto
import HTTPTypes
public import ProvModel

/// Who makes a request, as far as it matters.
struct APIAccess: Sendable {
    /// The tenant for which the request is made; `nil` where no token was needed.
    let tenant: TenantID?

    static let anonymous = APIAccess(tenant: nil)
}

/// Checks tokens. There is one: the administrator's, made at first start. It allows everything.
public struct TokenAuthority: Sendable {
    private let digest: SHA256Digest
    private let tenant: TenantID

    /// Makes an authority for the administrator's token of a tenant.
    public init(administratorToken: String, tenant: TenantID) {
        digest = SHA256.hash(data: Array(administratorToken.utf8))
        self.tenant = tenant
    }

    /// Checks a request's token.
    ///
    /// - Parameter permission: What the token must allow; `{tenant_uuid}` in it stands for the tenant of the request. The
    ///   administrator's token allows everything.
    /// - Throws: `APIError` with 401, also for a tenant that the token may not act for.
    func access(token: String?, tenant wanted: String?, permission: String) throws -> APIAccess {
        // Digests are compared in constant time (swift-crypto), so that the time tells nothing of the token.
        guard let token, !token.isEmpty, SHA256.hash(data: Array(token.utf8)) == digest else {
            throw APIError(.unauthorized, "send a valid token in X-Auth-Token; the administrator's is in the file admin-token in provd's state directory")
        }
        if let wanted, !wanted.isEmpty, wanted != tenant.description {
            throw APIError(.unauthorized, "this token may not act for tenant \(wanted)")
        }
        return APIAccess(tenant: tenant)
    }
}
