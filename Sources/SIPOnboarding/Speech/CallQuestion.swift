// SPDX-License-Identifier: GPL-3.0-or-later

/// A question to a caller, who answers with keys.
public struct CallQuestion: Sendable, Hashable {
    /// What the answer is for; it comes back with the answer.
    public enum Purpose: Sendable, Hashable {
        /// A provisioning code.
        case code
        /// 1, to be given the line of a code.
        case assignment(code: String)
        /// 1, to take the line of a code from another phone.
        case move(code: String)
        /// A code of somebody who wants to work at this phone.
        case login
        /// The PIN for a reset.
        case resetPIN
    }

    /// What is asked.
    public let announcement: Announcement
    /// What for.
    public let purpose: Purpose
    /// How many keys are an answer, if `#` does not end it earlier.
    public let maximumDigits: Int
    /// What the caller is told if the question cannot be spoken.
    public let refusal: DialRefusal

    /// Makes a question.
    public init(_ announcement: Announcement, for purpose: Purpose, maximumDigits: Int, otherwise refusal: DialRefusal = .trouble) {
        self.refusal = refusal
        self.announcement = announcement
        self.purpose = purpose
        self.maximumDigits = maximumDigits
    }
}
