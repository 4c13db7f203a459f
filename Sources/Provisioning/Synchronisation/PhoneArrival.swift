// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import ProvModel

/// Follows a phone that was told to fetch its configuration, by its timeline, until it has arrived.
struct PhoneArrival: Sendable, Equatable {
    /// How far the phone is.
    enum Stage: Sendable, Equatable {
        /// It agreed to fetch its configuration.
        case agreed
        /// It has fetched it.
        case fetched
        /// It has fetched it and registered after that.
        case arrived
        /// It asked for a file and did not get it: the reason.
        case refused(String)
    }

    /// How far the phone is.
    private(set) var stage = Stage.agreed

    /// Takes in a step of the phone.
    ///
    /// - Returns: Whether the stage is another now.
    mutating func receive(_ event: TimelineEvent) -> Bool {
        let former = stage
        switch (event.step, event.outcome, stage) {
        // A rendered file has a digest; firmware and logos have none and say nothing of the configuration.
        case (.fetched, .done, .agreed) where event.details["sha256"] != nil,
            (.fetched, .done, .refused) where event.details["sha256"] != nil:
            stage = .fetched
        // Phones ask for files that nobody has; only what is kept from them is in the way.
        case (.fetched, .refused, .agreed) where event.details["refusal"]?.string != PhoneFileAnswer.Refusal.Kind.noSuchFile.rawValue,
            (.fetched, .failed, .agreed):
            stage = .refused(event.text)
        case (.registered, .done, .fetched) where event.details["registration"]?.string != PhoneAccounts.Registration.ended.rawValue:
            stage = .arrived
        default: break
        }
        return stage != former
    }
}
