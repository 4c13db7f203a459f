// SPDX-License-Identifier: GPL-3.0-or-later

/// What all that comes of one request has in common: in the log, on timelines, and in the answer.
///
/// Doors set it for the task that answers; it goes with the task wherever it calls.
public struct RequestID: Sendable, Hashable, CustomStringConvertible {
    /// The request that the task answers, if it answers one.
    @TaskLocal public static var current: RequestID?

    /// The longest one that a client may name: a trace's has 32 characters, a UUID 36.
    private static let maximumLength = 64

    public let description: String

    /// Makes up a new one.
    public init() { description = Self.digits(.random(in: .min ... .max)) }

    /// Takes one that a client names, so that its log and this one can be laid side by side.
    ///
    /// - Returns: `nil` for what could be mistaken for something else in a log: more than letters, digits, `-`, `_` and `.`.
    public init?(_ text: String) {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
            default: false
            }
        }
        guard isPlain, (1...Self.maximumLength).contains(text.utf8.count) else { return nil }
        description = text
    }

    private static func digits(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
