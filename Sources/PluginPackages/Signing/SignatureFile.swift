// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText

/// The signatures of a package or an index, which stand in a file of its name with `.sig` behind it.
///
///     {"format": 1, "signatures": [{"key": "5c0e…", "signature": "base64…"}]}
///
/// What is signed is a text of the purpose and the file's SHA-256, so that no signature of an index can stand for one of a package.
public struct SignatureFile: Sendable, Hashable {
    /// What a file is signed as.
    public enum Purpose: String, Sendable {
        case package, index
    }

    /// What is put behind the name of the file that is signed.
    public static let suffix = ".sig"

    private var signatures: [String: [UInt8]] = [:]

    /// A file without signatures.
    public init() {}

    /// Reads a file.
    public init(parsing bytes: [UInt8], file: String) throws(PackageError) {
        func malformed(_ reason: String) -> PackageError {
            PackageError(.malformed, file, reason, remedy: "fetch it again, or sign anew with “provctl plugin sign”")
        }
        let document = try SealedDocument.parse(bytes, limit: PackageLimits.signatureBytes, malformed: malformed)
        guard let list = document["signatures"]?.array, list.count <= PackageLimits.keys else {
            throw malformed("it has no list of at most \(PackageLimits.keys) signatures")
        }
        for entry in list {
            guard let key = entry["key"]?.string, let text = entry["signature"]?.string, let data = Data(base64Encoded: text), data.count == 64 else {
                throw malformed("a signature is no base64 of 64 bytes with the name of a key")
            }
            signatures[key] = Array(data)
        }
    }

    /// The file's bytes.
    public var bytes: [UInt8] {
        let list = signatures.sorted { $0.key < $1.key }.map { key, signature -> JSONValue in
            ["key": .string(key), "signature": .string(Data(signature).base64EncodedString())]
        }
        let document: JSONValue = ["format": 1, "signatures": .array(list)]
        return document.serialized(.indented) + [0x0A]
    }

    /// Adds a signature, or replaces that of the same key.
    ///
    /// - Parameter sha256: The sum of the file that is signed.
    public mutating func sign(sha256: String, as purpose: Purpose, with key: SigningKey) throws(PackageError) {
        signatures[key.verifyingKey.id] = try key.signature(of: Self.message(sha256, purpose))
    }

    /// Checks that one of some keys has signed.
    ///
    /// - Parameters:
    ///   - sha256: The sum of the file that should be signed.
    ///   - file: The name that complaints give to it.
    /// - Returns: The key.
    public func verify(sha256: String, as purpose: Purpose, by keys: [VerifyingKey], file: String) throws(PackageError) -> VerifyingKey {
        let message = Self.message(sha256, purpose)
        for key in keys {
            guard let signature = signatures[key.id] else { continue }
            guard key.verifies(signature, of: message) else {
                throw PackageError(
                    .untrusted, file, "the signature by key \(key.id) does not fit its bytes",
                    remedy: "it was changed after it was signed, or is being replaced just now: try again later, and ask who maintains it")
            }
            return key
        }
        let signers = signatures.keys.sorted().joined(separator: ", ")
        throw PackageError(
            .untrusted, file, signers.isEmpty ? "it is not signed" : "it is signed by \(signers), and trusted is \(keys.map(\.id).joined(separator: ", "))",
            remedy: "if its maintainers changed their key, ask them for it and trust it instead; do not install otherwise")
    }

    private static func message(_ sha256: String, _ purpose: Purpose) -> [UInt8] {
        Array("provd-signature-1\n\(purpose.rawValue)\n\(sha256)\n".utf8)
    }
}
