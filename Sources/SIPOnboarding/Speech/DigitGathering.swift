// SPDX-License-Identifier: GPL-3.0-or-later

/// The keys that a caller presses in answer to a question.
struct DigitGathering: Sendable, Hashable {
    /// By what way keys come. Phones can send one key by both; the first way that a call uses counts.
    enum Way: Sendable, Hashable {
        /// RTP telephone events (RFC 4733).
        case events
        /// SIP INFO.
        case info
    }

    /// What a key leads to.
    enum Step: Sendable, Hashable {
        /// More keys are wanted.
        case more
        /// This is the answer.
        case complete(String)
    }

    let question: CallQuestion
    private(set) var digits = ""

    init(_ question: CallQuestion) { self.question = question }

    /// Takes in a key. `#` ends the answer.
    mutating func press(_ key: Character) -> Step {
        if key == "#" { return .complete(digits) }
        digits.append(key)
        return digits.count >= question.maximumDigits ? .complete(digits) : .more
    }
}
