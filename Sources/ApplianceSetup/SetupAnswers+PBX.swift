// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

extension SetupAnswers.OtherPBX {
    /// How people write it.
    var name: String {
        switch self {
        case .asterisk: "Asterisk"
        case .kamailio: "Kamailio"
        case .freeswitch: "FreeSWITCH"
        }
    }

    /// How it comes to know the lines: what a person does there.
    func connection(at address: String) -> String {
        let way =
            switch self {
            case .asterisk: "“provctl pbx asterisk generate --host \(address)” writes their endpoints"
            case .kamailio: "“provctl pbx kamailio generate --address \(IPv4Address(address) == nil ? "NODE" : address) --host \(address)” writes its configuration"
            case .freeswitch: "it asks provd for them"
            }
        return "Lines register with \(name) at \(address), and must be known there: \(way) (onboarding.md, \(name))."
    }
}
