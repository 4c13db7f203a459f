// SPDX-License-Identifier: GPL-3.0-or-later

extension SetupPlan {
    /// What runs once files are put back, so that everything is as the answers before say.
    ///
    /// - Parameters:
    ///   - undone: The answers that count no more.
    ///   - sheet: The answers that count again; `nil` if there was no set-up before, and nothing is to run.
    ///   - changesPorts: Whether `provd.socket` has other ports again.
    public static func undoing(_ undone: SetupSheet, to sheet: SetupSheet?, changesPorts: Bool = false) -> [Command] {
        var commands = [Command(["systemctl", "daemon-reload"], "systemd reads the units again")]
        commands += stopping(undone, unless: sheet)
        guard let sheet else {
            // The ports first: a phone that asks would start provd again.
            commands.append(Command(["systemctl", "stop", "provd.socket", "provd.service", "dhcp-sniffd.service"], "nothing runs"))
            return commands
        }
        if changesPorts { commands.append(closingPorts) }
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

    /// Lets provd listen where its settings say, and changes nothing else.
    public static let portsOnly = [
        Command(["systemctl", "daemon-reload"], "systemd reads the units again"),
        closingPorts,
        Command(["systemctl", "start", "provd.service"], "provd listens where its settings say"),
    ]

    /// Lets a unit that this machine had before the set-up do again what it did.
    public static func restoring(_ unit: String, isEnabled: Bool, isActive: Bool) -> [Command] {
        (isEnabled ? [Command(["systemctl", "enable", "--quiet", unit], "\(unit) starts with the machine, as before")] : [])
            + (isActive ? [Command(["systemctl", "restart", unit], "\(unit) runs, as before")] : [])
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
