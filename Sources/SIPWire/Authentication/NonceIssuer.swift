// SPDX-License-Identifier: GPL-3.0-or-later

import Crypto

/// Makes nonces that carry their own proof of origin and age, so that a flood of requests
/// without credentials costs no memory (RFC 7616 section 3.3 describes such nonces).
///
/// A nonce is the time of its issue, eight random bytes, and an HMAC of both under a key
/// that lives as long as the issuer.
public struct NonceIssuer: Sendable {
    /// What a nonce that came back is worth.
    public enum Verdict: Sendable, Hashable {
        /// Issued here, and still good.
        case good
        /// Issued here, and too old.
        case expired
        /// Not issued here, or before a restart.
        case foreign
    }

    /// How long a nonce is good.
    public let lifetime: Duration

    private let key: SymmetricKey
    private let epoch: ContinuousClock.Instant

    /// Creates an issuer with a key of its own.
    ///
    /// - Parameters:
    ///   - lifetime: how long a nonce is good.
    ///   - now: the time from which ages are counted.
    public init(lifetime: Duration, now: ContinuousClock.Instant) {
        self.lifetime = lifetime
        key = SymmetricKey(size: .bits256)
        epoch = now
    }

    /// Makes a nonce.
    public func issue(now: ContinuousClock.Instant) -> String {
        let body = Self.hex(milliseconds(now), width: 16) + Self.hex(.random(in: .min ... .max), width: 16)
        return body + tag(of: body)
    }

    /// Judges a nonce.
    public func judge(_ nonce: String, now: ContinuousClock.Instant) -> Verdict {
        let bytes = Array(nonce.utf8)
        guard bytes.count == 64 else { return .foreign }
        let body = String(decoding: bytes.prefix(32), as: UTF8.self)
        let difference = zip(tag(of: body).utf8, bytes.suffix(32)).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        guard difference == 0, let issued = UInt64(body.prefix(16), radix: 16) else { return .foreign }
        let age = milliseconds(now).subtractingReportingOverflow(issued)
        return !age.overflow && .milliseconds(Int64(clamping: age.partialValue)) <= lifetime ? .good : .expired
    }

    private func milliseconds(_ now: ContinuousClock.Instant) -> UInt64 {
        let (seconds, attoseconds) = epoch.duration(to: now).components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(seconds) &* 1000 &+ UInt64(attoseconds / 1_000_000_000_000_000)
    }

    /// Half of an HMAC-SHA-256, in hexadecimal: 128 bits are beyond guessing, and phones have small buffers.
    private func tag(of body: String) -> String {
        lowercaseHex(HMAC<SHA256>.authenticationCode(for: Array(body.utf8), using: key).prefix(16))
    }

    private static func hex(_ number: UInt64, width: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

/// Remembers how often each nonce was used, so that no proof is good twice (RFC 7616 section 3.4, `nc`).
///
/// The table is bounded: when it is full of nonces that are still good, a new nonce is not
/// taken, and its client is asked to try again with another. Nothing is accepted that is not remembered.
public struct NonceCountTable: Sendable {
    /// How many nonces are remembered at most. One costs about 200 bytes.
    public let capacity: Int

    private var counts: [String: UInt32] = [:]
    private var expiries: [(nonce: String, at: ContinuousClock.Instant)] = []
    private var firstExpiry = 0

    /// Creates an empty table.
    public init(capacity: Int) {
        self.capacity = capacity
    }

    /// Takes a nonce count if it is higher than any before it with this nonce.
    ///
    /// - Parameters:
    ///   - nonce: a nonce that was judged good.
    ///   - count: the client's count.
    ///   - expiry: when the nonce may be forgotten, because it is no longer good by then.
    ///   - now: the time.
    /// - Returns: whether the request is new.
    public mutating func take(_ nonce: String, count: UInt32, expiry: ContinuousClock.Instant, now: ContinuousClock.Instant) -> Bool {
        if let last = counts[nonce] {
            guard count > last else { return false }
            counts[nonce] = count
            return true
        }
        guard count > 0 else { return false }
        forgetExpired(now)
        guard counts.count < capacity else { return false }
        counts[nonce] = count
        expiries.append((nonce, expiry))
        return true
    }

    /// Expiries are added in the order of time, within the lifetime of a nonce, so that the
    /// oldest stand at the front.
    private mutating func forgetExpired(_ now: ContinuousClock.Instant) {
        while firstExpiry < expiries.count, expiries[firstExpiry].at <= now {
            counts[expiries[firstExpiry].nonce] = nil
            firstExpiry += 1
        }
        if firstExpiry > 1024, firstExpiry > expiries.count / 2 {
            expiries.removeFirst(firstExpiry)
            firstExpiry = 0
        }
    }
}
