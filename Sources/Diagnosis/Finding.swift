// SPDX-License-Identifier: GPL-3.0-or-later

/// What one check of an appliance found.
public struct Finding: Sendable, Equatable {
    /// How bad it is. The later ones are worse.
    public enum Outcome: String, Sendable, CaseIterable, Comparable {
        /// All is well.
        case ok
        /// The check does not apply here, or could not be made.
        case skipped
        /// It works, but not as people may think, or not for long.
        case warning
        /// Phones do not come up, or data is in danger.
        case failed

        public static func < (left: Outcome, right: Outcome) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    /// How bad it is.
    public let outcome: Outcome
    /// What was found, in one sentence.
    public let text: String
    /// What to do about it; `nil` if all is well.
    public let remedy: String?

    private init(_ outcome: Outcome, _ text: String, remedy: String?) {
        self.outcome = outcome
        self.text = text
        self.remedy = remedy
    }

    /// All is well.
    public static func ok(_ text: String) -> Finding { Finding(.ok, text, remedy: nil) }

    /// There was nothing to check, or no way to.
    public static func skipped(_ text: String) -> Finding { Finding(.skipped, text, remedy: nil) }

    /// It works, but somebody should look at it.
    public static func warning(_ text: String, remedy: String) -> Finding { Finding(.warning, text, remedy: remedy) }

    /// It does not work.
    public static func failed(_ text: String, remedy: String) -> Finding { Finding(.failed, text, remedy: remedy) }
}
