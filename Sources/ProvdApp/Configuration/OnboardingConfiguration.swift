// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Logging
import Provisioning
import SIPOnboarding

/// What the administrator says of calls to provd: the sections `speech` and `codes` of `provd.yml`.
struct OnboardingConfiguration: Sendable {
    /// `speech.manner` (`answer`, `early` or `off`, default `answer`): whether and how callers hear prompts; `nil` is off.
    var manner: CallSpeech.Manner?
    /// `speech.prompts_directory` (text, default `/usr/share/provd/prompts`): the prompts of all languages.
    var promptsDirectory: String
    /// `speech.locale` (text, default `en`): the language of phones whose configuration names none.
    /// `codes.confirm` (true or false, default false): whether a caller is to press 1 before the phone becomes theirs.
    /// `codes.move` (true or false, default true): whether a line can move from another phone when its caller presses 1.
    /// `codes.access_number`, `codes.login_number`, `codes.logout_number`, `codes.reset_numbers`, `codes.emergency_numbers`:
    /// what is dialled for them; an empty text is none.
    /// `codes.reset_pin` (4 to 16 digits, default none): the PIN with which a phone resets itself.
    var settings: OnboardingSettings
    /// `codes.length` (4 to 12, default 6), `codes.alphabet` (digits, default `0123456789`): of what provd makes codes.
    /// `codes.use` (`until-changed` or `once`, default `until-changed`): how often a code makes a phone somebody's.
    /// `codes.lifetime_hours` (0 to 87600, default 0): for how long a code is good; 0 for as long as it stays.
    var codes: CodeRules
    /// `speech.first_port`, `speech.last_port` (1024 to 65535, default 20000 and 20999): the UDP ports of calls' audio.
    var ports: ClosedRange<UInt16>
    /// `speech.maximum_calls` (0 to 1000, default 300): how many calls hear something at the same time.
    var maximumSpokenCalls: Int

    /// All keys, as they stand in the file.
    static let keys: Set<String> = [
        "speech.manner", "speech.prompts_directory", "speech.locale", "speech.first_port", "speech.last_port", "speech.maximum_calls",
        "codes.confirm", "codes.move", "codes.access_number", "codes.login_number", "codes.logout_number", "codes.reset_numbers",
        "codes.reset_pin", "codes.emergency_numbers", "codes.length", "codes.alphabet", "codes.use", "codes.lifetime_hours",
    ]

    /// Reads the sections.
    ///
    /// - Throws: `ConfigurationProblem` that names the key and what is allowed.
    init(reader: ConfigReader) throws(ConfigurationProblem) {
        let manner = reader.string(forKey: "speech.manner", default: CallSpeech.Manner.answer.rawValue)
        self.manner = CallSpeech.Manner(rawValue: manner)
        if self.manner == nil, manner != "off" {
            throw ConfigurationProblem("speech.manner is “\(manner)”: it can be answer, early or off")
        }
        promptsDirectory = reader.string(forKey: "speech.prompts_directory", default: "/usr/share/provd/prompts")
        let first = try ProvdConfiguration.number("speech.first_port", in: 1_024...65_535, default: 20_000, reader)
        let last = try ProvdConfiguration.number("speech.last_port", in: 1_024...65_535, default: max(first, 20_999), reader)
        guard first <= last else { throw ConfigurationProblem("speech.last_port is \(last), below speech.first_port, \(first): exchange them") }
        ports = UInt16(clamping: first)...UInt16(clamping: last)
        maximumSpokenCalls = try ProvdConfiguration.number("speech.maximum_calls", in: 0...1_000, default: 300, reader)
        var settings = OnboardingSettings()
        settings.locale = reader.string(forKey: "speech.locale", default: settings.locale)
        settings.asksForConfirmation = try ProvdConfiguration.flag("codes.confirm", default: false, reader)
        settings.movesLines = try ProvdConfiguration.flag("codes.move", default: true, reader)
        settings.accessNumber = try Self.dialled("codes.access_number", default: settings.accessNumber, reader)
        settings.loginNumber = try Self.dialled("codes.login_number", default: settings.loginNumber, reader)
        settings.logoutNumber = try Self.dialled("codes.logout_number", default: settings.logoutNumber, reader)
        settings.resetNumbers = try Self.allDialled("codes.reset_numbers", default: settings.resetNumbers, reader)
        settings.emergencyNumbers = try Self.allDialled("codes.emergency_numbers", default: settings.emergencyNumbers, reader)
        settings.resetPIN = reader.string(forKey: "codes.reset_pin")
        if let pin = settings.resetPIN, !(4...16).contains(pin.utf8.count) || !pin.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            throw ConfigurationProblem("codes.reset_pin is no PIN: write 4 to 16 digits in quotes, as \"2468\", or leave it out")
        }
        self.settings = settings
        codes = try Self.codes(reserved: settings.emergencyNumbers, reader)
    }

    private static func codes(reserved: Set<String>, _ reader: ConfigReader) throws(ConfigurationProblem) -> CodeRules {
        let use = reader.string(forKey: "codes.use", default: CodeRules.Use.untilChanged.rawValue)
        guard let use = CodeRules.Use(rawValue: use) else {
            throw ConfigurationProblem("codes.use is “\(use)”: it can be \(CodeRules.Use.allCases.map(\.rawValue).joined(separator: " or "))")
        }
        let hours = try ProvdConfiguration.number("codes.lifetime_hours", in: 0...87_600, default: 0, reader)
        let length = try ProvdConfiguration.number("codes.length", in: CodeRules.lengths, default: CodeRules.standard.length, reader)
        do throws(CodeRules.Problem) {
            return try CodeRules(
                length: length,
                alphabet: reader.string(forKey: "codes.alphabet", default: String(CodeRules.standard.alphabet)), use: use,
                lifetime: hours == 0 ? nil : Double(hours) * 3_600, reserved: reserved)
        } catch {
            throw ConfigurationProblem("codes.length and codes.alphabet: \(error)")
        }
    }

    private static func dialled(_ key: String, default value: String?, _ reader: ConfigReader) throws(ConfigurationProblem) -> String? {
        guard let text = reader.string(forKey: ConfigKey(key.split(separator: ".").map(String.init))) else { return value }
        guard !text.isEmpty else { return nil }
        guard isDialled(text) else { throw ConfigurationProblem("\(key) is “\(text)”: write what is dialled, of 0-9 * # and letters, in quotes") }
        return text
    }

    /// Numbers in one text, with spaces between them.
    private static func allDialled(_ key: String, default value: Set<String>, _ reader: ConfigReader) throws(ConfigurationProblem) -> Set<String> {
        guard let text = reader.string(forKey: ConfigKey(key.split(separator: ".").map(String.init))) else { return value }
        let numbers = text.split(separator: " ").map(String.init)
        guard numbers.allSatisfy(isDialled) else {
            throw ConfigurationProblem("\(key) is “\(text)”: write numbers of 0-9 * # and letters, with spaces between them, in quotes")
        }
        return Set(numbers)
    }

    private static func isDialled(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count) && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "*" || $0 == "#") }
    }

    /// Reads the prompts, unless they are off. Without them calls are silent: that is no reason to leave phones without
    /// their files.
    func prompts(_ logger: Logger) -> PromptShelf {
        guard manner != nil else { return PromptShelf() }
        do throws(PromptShelf.Problem) {
            return try PromptShelf(directory: promptsDirectory)
        } catch {
            logger.warning("calls are silent", metadata: ["reason": "\(error)"])
            return PromptShelf()
        }
    }
}
