// SPDX-License-Identifier: GPL-3.0-or-later

import AsteriskWire
import NetTypes
import ProvModel
import Provisioning

/// The AGI script `provision`: `AGI(agi://provd/provision,CODE,ADDRESS[,CONSENT])`.
///
/// CODE is a provisioning code, or `autoprov` to reset the phone. ADDRESS is where the phone is, with or without a port, as
/// `${CHANNEL(pjsip,remote_addr)}` has it. These two are wazo-agid's (wazo_agid/modules/provision.py). CONSENT is provd's own: `confirm`
/// or `move` once the caller has agreed to that, or the PIN if the code is `autoprov`.
struct ProvisionScript {
    static let name = "provision"
    /// Set to `1` if it was done, and not at all otherwise, as wazo-agid does.
    static let successVariable = "WAZO_PROV_OK"
    /// One word that says what became of it: the `reason` of a ``PBXDialling/Outcome``.
    static let reasonVariable = "PROV_REASON"
    /// The number of the line, where there is one.
    static let numberVariable = "PROV_NUMBER"

    /// What to tell Asterisk, and which devices have a new configuration.
    struct Result {
        var commands: [AGICommand]
        var changed: Set<DeviceID> = []
    }

    private let dialling: PBXDialling

    init(_ dialling: PBXDialling) { self.dialling = dialling }

    func run(_ request: AGIRequest) async -> Result {
        let arguments = request.arguments
        guard let code = arguments.first, !code.isEmpty else {
            return Result(commands: [
                .setVariable(Self.reasonVariable, "no_code"), .verbose("provision needs a code: AGI(agi://provd/provision,CODE,ADDRESS)", level: 1),
            ])
        }
        let caller = PBXDialling.Caller(account: request.endpoint, address: arguments.dropFirst().first.flatMap(Self.address))
        let third = arguments.dropFirst(2).first.flatMap { $0.isEmpty ? nil : $0 }
        let isReset = code == PBXDialling.resetWord
        let (outcome, changed) = await dialling.dial(
            code, from: caller, pin: isReset ? third : nil, consent: isReset ? .none : Self.consent(third))
        var commands: [AGICommand] = []
        if outcome.isSuccess { commands.append(.setVariable(Self.successVariable, "1")) }
        commands.append(.setVariable(Self.reasonVariable, outcome.reason))
        if let line = outcome.line { commands.append(.setVariable(Self.numberVariable, line.number)) }
        return Result(commands: commands, changed: changed)
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
