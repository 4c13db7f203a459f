// SPDX-License-Identifier: GPL-3.0-or-later

/// Something that is said to a caller.
public struct Announcement: Sendable, Hashable {
    /// What is said. The raw values are the names in `sentences.txt` of a language.
    public enum Sentence: String, Sendable, Hashable, CaseIterable {
        /// Which phone this is, and whose it is now.
        case assigned
        /// The same before it is so: press 1.
        case confirm
        /// The line is on another phone: press 1 to move it.
        case confirmMove = "confirm-move"
        /// Nothing was pressed, or something else.
        case notConfirmed = "not-confirmed"
        /// Enter a provisioning code.
        case enterCode = "enter-code"
        /// No line has the code.
        case unknownCode = "unknown-code"
        /// The code's line is on another phone.
        case usedCode = "used-code"
        /// The code was good once, and was used.
        case spentCode = "spent-code"
        /// The code is too old.
        case expiredCode = "expired-code"
        /// The code is not for this phone.
        case wrongPhone = "wrong-phone"
        /// This phone has a line already.
        case hasLine = "has-line"
        /// Too many wrong codes.
        case locked
        /// Something is wrong on the server's side.
        case trouble
        /// Enter the PIN for a reset.
        case enterPIN = "enter-pin"
        /// The PIN is wrong.
        case wrongPIN = "wrong-pin"
        /// The phone was reset.
        case reset
        /// Somebody logged in with a code on somebody else's phone.
        case loggedIn = "logged-in"
        /// They logged out.
        case loggedOut = "logged-out"
        /// Nobody is logged in who could log out.
        case notLoggedIn = "not-logged-in"
        /// An emergency number was dialled.
        case emergency
    }

    /// What a sentence's placeholders stand for; `nil` for what is not known.
    public struct Words: Sendable, Hashable {
        /// The phone's vendor.
        public var vendor: String?
        /// The phone's model, which is spelled.
        public var model: String?
        /// The last digits of the phone's hardware address.
        public var mac: String?
        /// A line's number.
        public var number: String?

        /// Makes words.
        public init(vendor: String? = nil, model: String? = nil, mac: String? = nil, number: String? = nil) {
            self.vendor = vendor
            self.model = model
            self.mac = mac
            self.number = number
        }
    }

    /// What is said.
    public let sentence: Sentence
    /// What its placeholders stand for.
    public let words: Words
    /// A language: `en`, or a locale such as `en_GB`, of which the first part counts.
    public let locale: String

    /// Makes an announcement.
    public init(_ sentence: Sentence, _ words: Words = Words(), locale: String = "en") {
        self.sentence = sentence
        self.words = words
        self.locale = locale
    }
}

/// How a caller hears an announcement.
public struct CallSpeech: Sendable, Hashable {
    /// Before the call is answered or within it.
    public enum Manner: String, Sendable, Hashable, CaseIterable {
        /// The call is answered with 200, and the server hangs up after the last word.
        case answer
        /// The call is not answered until the last word was said: 183 with SDP, and then the final answer. The phone shows
        /// what became of the call; not all phones let early media be heard.
        case early
    }

    /// What is said.
    public let announcement: Announcement
    /// How.
    public let manner: Manner

    /// Makes a speech.
    public init(_ announcement: Announcement, _ manner: Manner = .answer) {
        self.announcement = announcement
        self.manner = manner
    }
}
