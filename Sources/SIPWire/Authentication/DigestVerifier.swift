// SPDX-License-Identifier: GPL-3.0-or-later

/// The server's side of digest authentication: challenges, and what credentials are worth.
///
/// Whether an account exists cannot be told from the outside: credentials for an unknown name
/// are checked against a secret that nobody knows, at the same cost and with the same answer.
public struct DigestVerifier: Sendable {
    /// What a request's credentials are worth before the account is known.
    public enum Screening: Sendable, Hashable {
        /// There are none that can be used; `stale` if their nonce was good once.
        case challenge(stale: Bool)
        /// Credentials with a good nonce: look the account up and ask ``DigestVerifier/verify(_:secret:method:now:)``.
        case credentials(DigestCredentials)
        /// An authorization header field that does not follow its grammar.
        case malformed(SIPParseError)
    }

    /// What credentials are worth.
    public enum Verdict: Sendable, Hashable {
        /// The client knows the password.
        case accepted
        /// It does not, or the account does not exist.
        case wrong
        /// The proof is right but was used before, or its nonce grew old meanwhile: challenge again.
        case stale
    }

    /// The realm of every challenge.
    public let realm: String

    /// The algorithms that are offered and accepted, the preferred one first.
    public let algorithms: [DigestAlgorithm]

    private let issuer: NonceIssuer
    private var table: NonceCountTable
    private let decoy: DigestSecret

    /// Creates a verifier.
    ///
    /// - Parameters:
    ///   - realm: the realm of every challenge.
    ///   - algorithms: the algorithms that are offered and accepted, the preferred one first.
    ///   - nonceLifetime: how long a nonce is good.
    ///   - nonceCapacity: how many nonces in use are remembered.
    ///   - now: the time.
    public init(
        realm: String, algorithms: [DigestAlgorithm] = DigestAlgorithm.allCases, nonceLifetime: Duration, nonceCapacity: Int,
        now: ContinuousClock.Instant
    ) {
        self.realm = realm
        self.algorithms = algorithms
        issuer = NonceIssuer(lifetime: nonceLifetime, now: now)
        table = NonceCountTable(capacity: nonceCapacity)
        var password = ""
        for _ in 0..<2 { password += String(UInt64.random(in: .min ... .max), radix: 16) }
        decoy = DigestSecret(username: "", password: password)
    }

    /// The challenges to offer, the strongest first (RFC 8760 section 2.3).
    public func challenges(stale: Bool, now: ContinuousClock.Instant) -> [DigestChallenge] {
        let nonce = issuer.issue(now: now)
        return algorithms.map { DigestChallenge(realm: realm, nonce: nonce, algorithm: $0, isStale: stale) }
    }

    /// Looks at the credentials of a request without asking for the account.
    public func screen(_ headers: SIPHeaders, now: ContinuousClock.Instant) -> Screening {
        var stale = false
        for header in headers.all("Authorization") {
            let credentials: DigestCredentials
            do throws(SIPParseError) {
                guard let read = try DigestCredentials(header) else { continue }
                credentials = read
            } catch {
                return .malformed(error)
            }
            // Credentials of another realm belong to another server.
            guard credentials.realm == realm, algorithms.contains(credentials.algorithm) else { continue }
            switch issuer.judge(credentials.nonce, now: now) {
            case .good: return .credentials(credentials)
            case .expired: stale = true
            // After a restart every nonce is foreign. Whoever used it should not be asked for a
            // password by the phone: stale says so, and gives nothing away.
            case .foreign: stale = true
            }
        }
        return .challenge(stale: stale)
    }

    /// Verifies credentials that ``screen(_:now:)`` let through.
    ///
    /// - Parameters:
    ///   - credentials: the credentials.
    ///   - secret: the account's secret; `nil` if there is no such account.
    ///   - method: the request's method.
    ///   - now: the time.
    public mutating func verify(_ credentials: DigestCredentials, secret: DigestSecret?, method: SIPMethod, now: ContinuousClock.Instant) -> Verdict {
        let isRight = credentials.isValid(secret: secret ?? decoy, method: method)
        guard isRight, let secret, secret.username == credentials.username else { return .wrong }
        // A client that knows no qop counts nothing: its nonce is good for one request.
        let count = credentials.protection?.nonceCount ?? 1
        let isNew = table.take(credentials.nonce, count: count, expiry: now + issuer.lifetime, now: now)
        return isNew ? .accepted : .stale
    }
}
