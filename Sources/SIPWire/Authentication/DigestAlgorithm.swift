// SPDX-License-Identifier: GPL-3.0-or-later

import Crypto

/// A hash algorithm of digest authentication (RFC 7616 section 3.2, RFC 8760 section 2.2).
public enum DigestAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// What a server prefers, and what current phones know.
    case sha256 = "SHA-256"
    /// What every phone knows. Kept because of them, and not for its strength.
    case md5 = "MD5"

    /// Finds an algorithm by its name, without regard to case. No name means MD5.
    public init?(named name: String?) {
        guard let name else {
            self = .md5
            return
        }
        guard let found = Self.allCases.first(where: { equalIgnoringASCIICase($0.rawValue, name) }) else { return nil }
        self = found
    }

    /// The hash of a text in lower-case hexadecimal, as digest authentication writes it.
    public func hexHash(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return switch self {
        case .sha256: lowercaseHex(SHA256.hash(data: bytes))
        case .md5: lowercaseHex(Insecure.MD5.hash(data: bytes))
        }
    }
}

/// Bytes in lower-case hexadecimal.
func lowercaseHex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 0x0F)])
    }
    return String(decoding: text, as: UTF8.self)
}
