// SPDX-License-Identifier: GPL-3.0-or-later

extension SetupPlan {
    /// What runs once files are put back, so that everything is as the answers before say.
    ///
    /// - Parameter sheet: The answers that count again; `nil` if there was no set-up before, and nothing is to run.
    /// - Parameter undone: The answers that count no more.
    public static func undoing(_ undone: SetupSheet, to sheet: SetupSheet?) -> [Command] {
        var commands = [Command(["systemctl", "daemon-reload"], "systemd reads the units again")]
        commands += stopping(undone, unless: sheet)
        guard let sheet else {
            // The ports first: a phone that asks would start provd again.
            commands.append(Command(["systemctl", "stop", "provd.socket", "provd.service", "dhcp-sniffd.service"], "nothing runs"))
            return commands
        }
        commands.append(Command(["systemctl", "restart", "provd.service", "dhcp-sniffd.service"], "provd and the sniffer run with the settings of before"))
        if let unit = dhcpUnit(sheet) {
            commands.append(Command(["systemctl", "enable", "--quiet", unit], "the DHCP server of before starts with the machine"))
            commands.append(Command(["systemctl", "restart", unit], "it runs with the configuration of before"))
        }
        return commands
    }

    /// Stops the DHCP server of earlier answers, which has the port on which another or provd is to answer, if nobody wants it any more.
    static func stopping(_ former: SetupSheet, unless sheet: SetupSheet?) -> [Command] {
        guard let unit = dhcpUnit(former), unit != sheet.flatMap(dhcpUnit) else { return [] }
        return [Command(["systemctl", "disable", "--quiet", "--now", unit], "the DHCP server of the earlier set-up does not run")]
    }

    /// The unit of the DHCP server that answers ask for here.
    static func dhcpUnit(_ sheet: SetupSheet) -> String? {
        switch sheet[.dhcp].flatMap(SetupAnswers.LocalServer.init(rawValue:)) {
        case .dnsmasq: "provd-dnsmasq.service"
        case .kea: "kea-dhcp4-server.service"
        case nil: nil
        }
    }
}
