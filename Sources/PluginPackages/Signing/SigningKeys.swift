// SPDX-License-Identifier: GPL-3.0-or-later

import Crypto
import Foundation

/// The public half of a key (Ed25519, RFC 8032) that signs packages and indexes.
public struct VerifyingKey: Sendable, Hashable, CustomStringConvertible {
    private static let prefix = "provd-public-key:"
    /// A short name: the first sixteen digits of the key's SHA-256.
    public let id: String
    private let bytes: [UInt8]

    fileprivate init(_ key: Curve25519.Signing.PublicKey) {
        bytes = Array(key.rawRepresentation)
        id = String(Hexadecimal.sha256(of: bytes).prefix(16))
    }

    /// Reads a key's text, `provd-public-key:…`. Empty lines and lines that begin with `#` around it are passed over.
    public init(_ text: String) throws(PackageError) {
        let raw = try KeyText.bytes(text, prefix: Self.prefix, what: "public key", other: "ask for the file that ends in .pub")
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw) else { throw KeyText.refusal("public key", "ask for the file that ends in .pub") }
        self.init(key)
    }

    /// The key's text, on one line.
    public var description: String { Self.prefix + Data(bytes).base64EncodedString() }

    /// Whether a signature over a message is by this key.
    func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        return key.isValidSignature(signature, for: message)
    }
}

/// The private half of a key.
public struct SigningKey: Sendable {
    private static let prefix = "provd-private-key:"
    private let key: Curve25519.Signing.PrivateKey

    /// Makes a new key.
    public init() { key = Curve25519.Signing.PrivateKey() }

    /// Reads a key's text, `provd-private-key:…`.
    public init(_ text: String) throws(PackageError) {
        let raw = try KeyText.bytes(text, prefix: Self.prefix, what: "private key", other: "“provctl plugin key new” makes one")
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: raw) else {
            throw KeyText.refusal("private key", "“provctl plugin key new” makes one")
        }
        self.key = key
    }

    /// The key's text, on one line. Whoever has it can sign.
    public var secretText: String { Self.prefix + key.rawRepresentation.base64EncodedString() }

    /// The public half.
    public var verifyingKey: VerifyingKey { VerifyingKey(key.publicKey) }

    /// The signature over a message.
    func signature(of message: [UInt8]) throws(PackageError) -> [UInt8] {
        do {
            return Array(try key.signature(for: message))
        } catch {
            throw PackageError(.failed, "the key", "it could not sign (\(error))", remedy: "make a new one")
        }
    }
}

/// What the texts of both kinds of key have in common.
private enum KeyText {
    static func bytes(_ text: String, prefix: String, what: String, other: String) throws(PackageError) -> [UInt8] {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
        guard lines.count == 1, let line = lines.first, line.hasPrefix(prefix),
            let data = Data(base64Encoded: String(line.dropFirst(prefix.count))), data.count == 32
        else { throw refusal(what, other) }
        return Array(data)
    }

    static func refusal(_ what: String, _ remedy: String) -> PackageError {
        PackageError(.malformed, "the \(what)", "it is not the text of a \(what)", remedy: remedy)
    }
}
