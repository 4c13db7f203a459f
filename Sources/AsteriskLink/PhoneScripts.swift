// SPDX-License-Identifier: GPL-3.0-or-later

import AsteriskWire
import NetTypes
import ProvModel
import Provisioning

/// The AGI scripts by which Asterisk's dialplan asks.
///
/// | script | arguments | what it does |
/// | --- | --- | --- |
/// | `provision` | CODE,ADDRESS[,CONSENT] | hears a provisioning code; `autoprov` for a code resets the phone |
/// | `login` | CODE,ADDRESS | gives the phone the line of somebody who works at it for a while |
/// | `logout` | -,ADDRESS | gives the phone its own lines back |
/// | `prompt` | `enter_code` or `enter_pin`,ADDRESS | says what the caller is asked for, in the phone's language |
///
/// ADDRESS is where the phone is, with or without a port, as `${CHANNEL(pjsip,remote_addr)}` has it. The arguments of `provision` are
/// wazo-agid's (wazo_agid/modules/provision.py), but for CONSENT: `confirm` or `move` once the caller has agreed to that, or the PIN if
/// the code is `autoprov`, with or without an `x` after it.
struct PhoneScripts {
    /// The names.
    enum Name: String, CaseIterable {
        case provision, login, logout, prompt
    }

    /// Set to `1` if it was done, and not at all otherwise, as wazo-agid does.
    static let successVariable = "WAZO_PROV_OK"
    /// One word that says what became of it: the `reason` of a ``PBXDialling/Outcome``.
    static let reasonVariable = "PROV_REASON"
    /// The number of the line, where there is one.
    static let numberVariable = "PROV_NUMBER"
    /// The sound files that say it, with `&` between them, as `Playback` takes them.
    static let speechVariable = "PROV_SAY"

    /// The longest list of sound files. Asterisk reads 2,048 bytes of a command (`AGI_BUF_LEN` in res/res_agi.c).
    private static let maximumSpeech = 1_900

    /// What to tell Asterisk, and which devices have a new configuration.
    struct Result {
        var commands: [AGICommand]
        var changed: Set<DeviceID> = []
    }

    private let dialling: PBXDialling
    private let sounds: PhoneSounds

    init(_ dialling: PBXDialling, sounds: @escaping PhoneSounds) {
        self.dialling = dialling
        self.sounds = sounds
    }

    func run(_ name: Name, _ request: AGIRequest) async -> Result {
        let arguments = request.arguments, word = arguments.first ?? ""
        let caller = PBXDialling.Caller(account: request.endpoint, address: arguments.dropFirst().first.flatMap(Self.address))
        switch name {
        case .provision, .login:
            guard !word.isEmpty else {
                return Result(commands: [
                    .setVariable(Self.reasonVariable, "no_code"),
                    .verbose("\(name.rawValue) needs a code: AGI(agi://provd/\(name.rawValue),CODE,ADDRESS)", level: 1),
                ])
            }
            return await result(of: name == .login ? dialling.login(word, from: caller) : provision(word, caller, arguments))
        case .logout:
            return await result(of: dialling.logout(from: caller))
        case .prompt:
            guard let prompt = PBXDialling.Prompt(rawValue: word) else {
                let known = PBXDialling.Prompt.allCases.map(\.rawValue).joined(separator: " and ")
                return Result(commands: [.verbose("there are the prompts \(known)", level: 1)])
            }
            return Result(commands: speech(await sounds(.prompt(prompt), await dialling.device(of: caller))))
        }
    }

    private func provision(_ code: String, _ caller: PBXDialling.Caller, _ arguments: [String]) async -> PBXDialling.Answer {
        let third = arguments.dropFirst(2).first
        guard code == PBXDialling.resetWord else { return await dialling.dial(code, from: caller, consent: Self.consent(third)) }
        return await dialling.dial(code, from: caller, pin: third.map(Self.pin))
    }

    /// The PIN of a reset. An empty one is a wrong one and not none, which would mean that the dialplan has asked itself; generated
    /// dialplans write an `x` after it to say so.
    private static func pin(_ text: String) -> String { text.hasSuffix("x") ? String(text.dropLast()) : text }

    private func result(of answer: PBXDialling.Answer) async -> Result {
        let outcome = answer.outcome
        var commands: [AGICommand] = []
        if outcome.isSuccess { commands.append(.setVariable(Self.successVariable, "1")) }
        commands.append(.setVariable(Self.reasonVariable, outcome.reason))
        if let line = outcome.line { commands.append(.setVariable(Self.numberVariable, line.number)) }
        return Result(commands: commands + speech(await sounds(.outcome(outcome), answer.device)), changed: answer.changed)
    }

    private func speech(_ files: [String]) -> [AGICommand] {
        let list = files.joined(separator: "&")
        return files.isEmpty || list.utf8.count > Self.maximumSpeech ? [] : [.setVariable(Self.speechVariable, list)]
    }

    private static func consent(_ word: String?) -> CodeDialling.Consent {
        switch word {
        case "confirm": .assignment
        case "move": .move
        default: .none
        }
    }

    /// An address with or without a port; IPv6 stands in brackets if it has one.
    static func address(_ text: String) -> IPAddress? {
        if let address = IPAddress(text) { return address }
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") { return IPAddress(text[..<end].dropFirst()) }
        return text.lastIndex(of: ":").flatMap { IPAddress(text[..<$0]) }
    }
}
