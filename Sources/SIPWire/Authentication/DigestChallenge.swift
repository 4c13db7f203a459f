// SPDX-License-Identifier: GPL-3.0-or-later

/// A digest challenge: the value of WWW-Authenticate or Proxy-Authenticate (RFC 7616 section 3.3).
public struct DigestChallenge: Sendable, Hashable, CustomStringConvertible {
    /// The realm, which a phone may show to its user.
    public var realm: String

    /// The server's nonce.
    public var nonce: String

    /// The algorithm.
    public var algorithm: DigestAlgorithm

    /// Whether the credentials were right but their nonce is no longer good.
    public var isStale: Bool

    /// Whether the server offers `qop="auth"`.
    public var offersAuth: Bool

    /// Text that the client returns unchanged.
    public var opaque: String?

    /// Creates a challenge.
    public init(
        realm: String, nonce: String, algorithm: DigestAlgorithm, isStale: Bool = false, offersAuth: Bool = true, opaque: String? = nil
    ) {
        self.realm = realm
        self.nonce = nonce
        self.algorithm = algorithm
        self.isStale = isStale
        self.offersAuth = offersAuth
        self.opaque = opaque
    }

    /// Reads a challenge; `nil` if its scheme or algorithm is none that is known here.
    public init?(_ header: SIPHeader) throws(SIPParseError) {
        let auth = try AuthParameters(header)
        guard equalIgnoringASCIICase(auth.scheme, "Digest"), let algorithm = DigestAlgorithm(named: auth.parameters["algorithm"]) else {
            return nil
        }
        guard let realm = auth.parameters["realm"], let nonce = auth.parameters["nonce"] else {
            throw SIPParseError(.headerValue, "Bad \(header.name)")
        }
        self.init(
            realm: realm, nonce: nonce, algorithm: algorithm,
            isStale: auth.parameters["stale"].map { equalIgnoringASCIICase($0, "true") } ?? false,
            offersAuth: auth.parameters["qop"].map { $0.split { $0 == "," || $0 == " " }.contains("auth") } ?? false,
            opaque: auth.parameters["opaque"])
    }

    /// The value as it stands in a message.
    public var description: String {
        var text = "Digest realm=\(quotedString(realm)), nonce=\(quotedString(nonce)), algorithm=\(algorithm.rawValue)"
        if offersAuth { text += ", qop=\"auth\"" }
        if let opaque { text += ", opaque=\(quotedString(opaque))" }
        if isStale { text += ", stale=true" }
        return text
    }
}
