// SPDX-License-Identifier: GPL-3.0-or-later

import Crypto
import HTTPTypes
import JSONText
import Synchronization

/// How much one client may ask.
public struct RequestLimits: Sendable, Equatable {
    /// Requests in a second that one token may make over longer times. A client that fills in a site makes a thousand.
    public var requestsPerSecond: Double
    /// Requests that one token may make at once after a pause.
    public var burst: Double

    /// Makes limits.
    public init(requestsPerSecond: Double = 3_000, burst: Double = 6_000) {
        self.requestsPerSecond = requestsPerSecond
        self.burst = burst
    }
}

/// Counts requests, and remembers the answers to those that may be repeated.
final class RequestGate: Sendable {
    /// How often one address may show a token that is none, within the time below, before it is told to wait.
    private static let maximumRefusals = 300, refusalSeconds = 60.0
    /// The most clients that are counted; when it is reached the counts begin anew.
    private static let capacity = 10_000
    /// How long an answer is remembered, how many, and with how many bytes altogether: some hundred imports of large tables.
    private static let keySeconds = 86_400.0, maximumKeys = 10_000, maximumKeptBytes = 64 << 20
    /// The longest key that is taken; a UUID has 36 characters.
    private static let maximumKeyLength = 255

    private struct Bucket {
        var tokens: Double
        var time: Double
    }

    private struct Remembered {
        let request: SHA256Digest
        let time: Double
        /// `nil` while the first request is being answered.
        var response: APIResponse?
        /// About how many bytes the answer takes.
        var bytes = 0
    }

    private struct State {
        var buckets: [String: Bucket] = [:]
        var refusals: [String: (count: Int, since: Double)] = [:]
        var answers: [String: Remembered] = [:]
        var keptBytes = 0
        var isFull: Bool { answers.count >= RequestGate.maximumKeys || keptBytes >= RequestGate.maximumKeptBytes }

        /// Forgets the answers that are not wanted any more.
        mutating func keep(where isWanted: (Remembered) -> Bool) {
            answers = answers.filter { isWanted($0.value) }
            keptBytes = answers.values.reduce(0) { $0 + $1.bytes }
        }
    }

    private let limits: RequestLimits
    private let now: @Sendable () -> Double
    private let state = Mutex(State())

    init(limits: RequestLimits, now: @escaping @Sendable () -> Double) {
        self.limits = limits
        self.now = now
    }

    /// Lets a client's request in.
    ///
    /// - Throws: `APIError` with 429 if it asks too much.
    func enter(_ client: String) throws(APIError) {
        let now = now()
        let isAllowed = state.withLock { state in
            if state.buckets.count >= Self.capacity { state.buckets = [:] }
            var bucket = state.buckets[client] ?? Bucket(tokens: limits.burst, time: now)
            // A clock that was set back gives nothing and takes nothing.
            bucket.tokens = min(limits.burst, bucket.tokens + max(0, now - bucket.time) * limits.requestsPerSecond)
            bucket.time = now
            let isAllowed = bucket.tokens >= 1
            if isAllowed { bucket.tokens -= 1 }
            state.buckets[client] = bucket
            return isAllowed
        }
        guard isAllowed else { throw APIError(.tooManyRequests, "this token makes too many requests: wait a second", retryAfter: 1) }
    }

    /// Counts a token that was none.
    ///
    /// - Throws: `APIError` with 429 if there were too many of this address.
    func noteRefusal(_ address: String) throws(APIError) {
        let now = now()
        let count = state.withLock { state in
            if state.refusals.count >= Self.capacity { state.refusals = [:] }
            var (count, since) = state.refusals[address] ?? (0, now)
            if !(0..<Self.refusalSeconds).contains(now - since) { (count, since) = (0, now) }
            state.refusals[address] = (count + 1, since)
            return count + 1
        }
        guard count > Self.maximumRefusals else { return }
        throw APIError(.tooManyRequests, "too many wrong tokens came from this address: wait a minute", retryAfter: Int(Self.refusalSeconds))
    }

    /// Answers a request that the client may send again, because it did not hear the answer: it is done once.
    ///
    /// - Parameter target: The path and the query of the request.
    func once(
        _ key: String, by client: String, _ target: String, _ body: JSONValue, _ answer: () async throws -> APIResponse
    ) async throws -> APIResponse {
        guard (1...Self.maximumKeyLength).contains(key.utf8.count) else {
            throw APIError(.badRequest, "an Idempotency-Key has 1 to \(Self.maximumKeyLength) characters")
        }
        let place = client + "\u{0}" + key, now = now()
        let request = SHA256.hash(data: Array(target.utf8) + [0] + body.serialized(.sorted))
        let known = try state.withLock { state -> APIResponse? in
            if state.isFull { state.keep { now - $0.time < Self.keySeconds } }
            if state.isFull { state.keep { $0.response == nil } }
            guard let known = state.answers[place], now - known.time < Self.keySeconds else {
                state.answers[place] = Remembered(request: request, time: now)
                return nil
            }
            guard known.request == request else {
                throw APIError(.unprocessableContent, "this Idempotency-Key was used for another request: make a new key for each request")
            }
            guard let response = known.response else {
                throw APIError(.conflict, "the first request with this Idempotency-Key is still being answered: try again", retryAfter: 1)
            }
            return response
        }
        if let known { return known }
        do {
            let response = try await answer()
            let bytes = response.body?.serialized(.sorted).count ?? 0
            state.withLock { state in
                state.answers[place]?.response = response
                state.answers[place]?.bytes = bytes
                state.keptBytes += bytes
            }
            return response
        } catch {
            // What was refused changed nothing: it may be tried again.
            state.withLock { $0.answers[place] = nil }
            throw error
        }
    }
}
