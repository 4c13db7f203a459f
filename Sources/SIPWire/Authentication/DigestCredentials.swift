// SPDX-License-Identifier: GPL-3.0-or-later

/// What a client proves with: the value of Authorization or Proxy-Authorization (RFC 7616 section 3.4).
public struct DigestCredentials: Sendable, Hashable, CustomStringConvertible {
    /// The nonce count and client nonce that come with `qop=auth`.
    public struct Protection: Sendable, Hashable {
        /// How many requests the client has sent with this nonce, this one included.
        public var nonceCount: UInt32
        /// The client's nonce.
        public var clientNonce: String

        /// Creates a value.
        public init(nonceCount: UInt32, clientNonce: String) {
            self.nonceCount = nonceCount
            self.clientNonce = clientNonce
        }

        var nonceCountText: String {
            let hex = String(nonceCount, radix: 16)
            return String(repeating: "0", count: max(0, 8 - hex.utf8.count)) + hex
        }
    }

    /// The account's name.
    public let username: String
    /// The realm of the challenge.
    public let realm: String
    /// The nonce of the challenge.
    public let nonce: String
    /// The URI that was hashed. Proxies rewrite Request-URIs and phones write their own form
    /// of them here, so that it is what is hashed, and not compared with the Request-URI.
    public let uri: String
    /// The proof in hexadecimal.
    public let response: String
    /// The algorithm.
    public let algorithm: DigestAlgorithm
    /// Nonce count and client nonce; `nil` for clients of RFC 2069, which know no qop.
    public let protection: Protection?
    /// The challenge's opaque text.
    public let opaque: String?

    /// Reads credentials; `nil` if their scheme, algorithm or qop is none that is known here.
    public init?(_ header: SIPHeader) throws(SIPParseError) {
        let auth = try AuthParameters(header)
        guard equalIgnoringASCIICase(auth.scheme, "Digest"), let algorithm = DigestAlgorithm(named: auth.parameters["algorithm"]) else {
            return nil
        }
        let values = auth.parameters
        guard let username = values["username"], let realm = values["realm"], let nonce = values["nonce"], let uri = values["uri"],
            let response = values["response"]
        else {
            throw SIPParseError(.headerValue, "Incomplete \(header.name)")
        }
        if let qop = values["qop"] {
            guard equalIgnoringASCIICase(qop, "auth") else { return nil }
            guard let countText = values["nc"], countText.utf8.count == 8, let count = UInt32(countText, radix: 16), let clientNonce = values["cnonce"]
            else {
                throw SIPParseError(.headerValue, "Incomplete \(header.name)")
            }
            protection = Protection(nonceCount: count, clientNonce: clientNonce)
        } else {
            protection = nil
        }
        self.username = username
        self.realm = realm
        self.nonce = nonce
        self.uri = uri
        self.response = response
        self.algorithm = algorithm
        opaque = values["opaque"]
    }

    /// Answers a challenge, as a client does.
    ///
    /// - Parameters:
    ///   - challenge: the server's challenge.
    ///   - secret: the account's secret.
    ///   - method: the request's method.
    ///   - uri: the Request-URI.
    ///   - protection: nonce count and client nonce; used if the challenge offers `qop="auth"`.
    public init(answering challenge: DigestChallenge, secret: DigestSecret, method: SIPMethod, uri: String, protection: Protection) {
        username = secret.username
        realm = challenge.realm
        nonce = challenge.nonce
        self.uri = uri
        algorithm = challenge.algorithm
        self.protection = challenge.offersAuth ? protection : nil
        opaque = challenge.opaque
        response = Self.response(
            secret: secret, realm: realm, nonce: nonce, uri: uri, method: method, algorithm: algorithm, protection: self.protection)
    }

    /// Whether the proof is right for this secret and method. Takes the same time for every wrong proof.
    public func isValid(secret: DigestSecret, method: SIPMethod) -> Bool {
        let expected = Self.response(
            secret: secret, realm: realm, nonce: nonce, uri: uri, method: method, algorithm: algorithm, protection: protection)
        let given = Array(response.utf8.lazy.map(\.asciiLowercased))
        let wanted = Array(expected.utf8)
        guard given.count == wanted.count else { return false }
        return zip(given, wanted).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func response(
        secret: DigestSecret, realm: String, nonce: String, uri: String, method: SIPMethod, algorithm: DigestAlgorithm,
        protection: Protection?
    ) -> String {
        let first = algorithm.hexHash("\(secret.username):\(realm):\(secret.password)")
        let second = algorithm.hexHash("\(method):\(uri)")
        guard let protection else {
            return algorithm.hexHash("\(first):\(nonce):\(second)")
        }
        return algorithm.hexHash("\(first):\(nonce):\(protection.nonceCountText):\(protection.clientNonce):auth:\(second)")
    }

    /// The value as it stands in a message.
    public var description: String {
        var text = "Digest username=\(quotedString(username)), realm=\(quotedString(realm)), nonce=\(quotedString(nonce)), "
        text += "uri=\(quotedString(uri)), response=\"\(response)\", algorithm=\(algorithm.rawValue)"
        if let protection {
            text += ", qop=auth, nc=\(protection.nonceCountText), cnonce=\(quotedString(protection.clientNonce))"
        }
        if let opaque { text += ", opaque=\(quotedString(opaque))" }
        return text
    }
}

/// An account's name and password, from which the proofs of every algorithm are made.
public struct DigestSecret: Sendable, Hashable {
    /// The account's name.
    public let username: String
    /// The password in plain text: a phone's configuration holds it so, and each algorithm hashes it anew.
    public let password: String

    /// Creates a secret.
    public init(username: String, password: String) {
        self.username = username
        self.password = password
    }
}
