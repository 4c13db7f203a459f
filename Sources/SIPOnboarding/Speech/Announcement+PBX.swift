// SPDX-License-Identifier: GPL-3.0-or-later

import ProvModel
public import Provisioning

extension Announcement {
    /// What the caller at a PBX is told of what became of a wish.
    ///
    /// - Parameters:
    ///   - phone: From which phone it came.
    ///   - locale: The language of phones whose configuration names none.
    public init(_ outcome: PBXDialling.Outcome, at phone: PhoneDescription, locale: String) {
        var words = Words(phone)
        words.number = outcome.line?.number
        self.init(Sentence(outcome), words, locale: phone.locale ?? locale)
    }

    /// What a caller at a PBX is asked for.
    public init(_ prompt: PBXDialling.Prompt, at phone: PhoneDescription, locale: String) {
        self.init(prompt == .enterPIN ? .enterPIN : .enterCode, Words(phone), locale: phone.locale ?? locale)
    }
}

extension Announcement.Words {
    /// What is said of a phone.
    init(_ phone: PhoneDescription) {
        self.init(vendor: phone.vendor, model: phone.model, mac: phone.macEnding)
    }
}

extension Announcement.Sentence {
    fileprivate init(_ outcome: PBXDialling.Outcome) {
        self =
            switch outcome {
            case .code(.assigned), .code(.moved): .assigned
            case .code(.asksToAssign): .confirm
            case .code(.asksToMove): .confirmMove
            case .code(.unknownCode): .unknownCode
            case .code(.codeInUse): .usedCode
            case .code(.codeSpent): .spentCode
            case .code(.codeExpired): .expiredCode
            case .code(.wrongPhone): .wrongPhone
            case .code(.deviceHasLine): .hasLine
            case .code(.locked), .locked: .locked
            case .reset: .reset
            case .loggedIn: .loggedIn
            case .loggedOut: .loggedOut
            case .notLoggedIn: .notLoggedIn
            case .wrongPIN: .wrongPIN
            // The caller can do nothing about a phone that is not known, and whom to call is the same.
            case .code(.trouble), .trouble, .unknownDevice, .severalDevices: .trouble
            }
    }
}
