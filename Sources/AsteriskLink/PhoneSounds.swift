// SPDX-License-Identifier: GPL-3.0-or-later

public import ProvModel
public import Provisioning

/// What a caller at a PBX is told.
public enum PhoneSpeech: Sendable, Equatable {
    /// What became of what was dialled.
    case outcome(PBXDialling.Outcome)
    /// What is to be entered.
    case prompt(PBXDialling.Prompt)
}

/// Names the sound files that say something to the caller at a phone, as the PBX knows them; none if it is not said in provd's words.
public typealias PhoneSounds = @Sendable (PhoneSpeech, DeviceID?) async -> [String]
