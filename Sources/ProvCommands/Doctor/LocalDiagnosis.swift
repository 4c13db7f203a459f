// SPDX-License-Identifier: GPL-3.0-or-later

import ApplianceSetup
import Foundation
import JSONText

/// What provctl can see of this machine itself, when it runs where provd runs.
enum LocalDiagnosis {
    /// Checks of systemd and the clock. On a machine without systemd there are none.
    static func checks() -> [JSONValue] {
        guard FileManager.default.fileExists(atPath: "/run/systemd/system") else { return [] }
        return [unit("provd.service", "provd"), unit("dhcp-sniffd.service", "The DHCP sniffer"), ports(), clock()]
    }

    /// Why provd does not answer, as far as systemd knows.
    static func whyNoAnswer() -> String {
        guard FileManager.default.fileExists(atPath: "/run/systemd/system"), let state = try? LocalProgram.run(["systemctl", "is-active", "provd.service"]) else {
            return "Start it with “provd serve”; its last line says what is wrong."
        }
        guard LocalFile.text("/etc/provd/provd.yml") != nil else { return "It has no settings yet: run “provctl setup”." }
        return "systemd says that it is \(state.output.trimmingCharacters(in: .whitespacesAndNewlines)): “journalctl -u provd -n 20” says why."
    }

    /// What the network's DHCP servers offer to phones, compared with the site that “provctl setup” wrote.
    static func offers() -> JSONValue {
        let id = "dhcp-offers", title = "Offers of DHCP servers", places = SetupPlan.Places()
        guard let text = LocalFile.text(places.answers), let sheet = try? SetupSheet(yaml: text), let answers = try? SetupAnswers(sheet),
            LocalFile.text(places.site) != nil
        else { return check(id, title, "skipped", "“provctl setup” set up no DHCP on this machine: use “dhcpd-config verify --live”", nil) }
        let server: String
        switch answers.dhcp {
        case .served(let local, _, _): server = local.rawValue
        case .generated(let other): server = other
        case .inform, .none: return check(id, title, "skipped", "no DHCP server is configured by provd", nil)
        }
        let command = ["dhcpd-config", "verify", "--for", server, "--live", "--yes-send-discover", "--interface", answers.interface, places.site]
        guard let result = try? LocalProgram.run(command) else { return check(id, title, "skipped", "dhcpd-config cannot be run", nil) }
        let lines = result.output.split(separator: "\n").map(String.init)
        guard result.code != 0 else { return check(id, title, "ok", lines.last ?? "all makes are told what they should be", nil) }
        return check(
            id, title, "failed", lines.suffix(3).joined(separator: "; "),
            "“sudo \(command.joined(separator: " "))” shows each value that differs; apply the configuration to the server, or correct \(places.site)")
    }

    /// Whether systemd opens the ports that provd's settings name: others are answered by nobody.
    private static func ports() -> JSONValue {
        let id = "ports", title = "Ports that systemd opens", places = SetupPlan.Places()
        guard let settings = LocalFile.text(places.configuration), let wanted = try? PhonePorts(settings: settings) else {
            return check(id, title, "skipped", "\(places.configuration) cannot be read: run this as root", nil)
        }
        let properties = "--property=Listen,ActiveState"
        guard let unit = try? LocalProgram.run(["systemctl", "show", properties, "provd.socket"]), unit.output.contains("ActiveState=active") else {
            return check(id, title, "skipped", "provd.socket is not active: provd opens its ports itself, and phones are refused while it is started anew", nil)
        }
        let open = PhonePorts(systemd: unit.output), unserved = open.missing(in: wanted), unopened = wanted.missing(in: open)
        guard !unserved.isEmpty || !unopened.isEmpty else { return check(id, title, "ok", "provd.socket has the ports of provd.yml", nil) }
        let parts = [
            unserved.isEmpty ? nil : "provd.socket opens \(unserved.joined(separator: ", ")), which no setting names",
            unopened.isEmpty ? nil : "it does not open \(unopened.joined(separator: ", ")): phones are refused there while provd is started anew",
        ]
        return check(
            id, title, "warning", parts.compactMap { $0 }.joined(separator: "; "), "“sudo provctl setup --only-ports” makes provd.socket what provd.yml says")
    }

    private static func unit(_ name: String, _ title: String) -> JSONValue {
        guard let state = try? LocalProgram.run(["systemctl", "is-active", name]) else { return check(name, title, "skipped", "systemctl cannot be run", nil) }
        let word = state.output.trimmingCharacters(in: .whitespacesAndNewlines)
        guard state.code != 0 else { return check(name, title, "ok", "\(name) is active", nil) }
        return check(name, title, "failed", "\(name) is \(word)", "“systemctl start \(name)”; if it does not stay, “journalctl -u \(name) -n 20” says why")
    }

    /// Certificates and records of time need a clock that is right, and phones ask for it too.
    private static func clock() -> JSONValue {
        guard let state = try? LocalProgram.run(["timedatectl", "show", "--property=NTPSynchronized", "--value"]), state.code == 0 else {
            return check("clock", "Clock", "skipped", "timedatectl cannot be run", nil)
        }
        return state.output.hasPrefix("yes")
            ? check("clock", "Clock", "ok", "the clock is synchronised", nil)
            : check("clock", "Clock", "warning", "the clock is not synchronised", "install chrony or systemd-timesyncd, and see that a time server can be reached")
    }

    private static func check(_ id: String, _ title: String, _ outcome: String, _ text: String, _ remedy: String?) -> JSONValue {
        var object: JSONObject = JSONObject([("id", .string(id)), ("title", .string(title)), ("outcome", .string(outcome)), ("text", .string(text))])
        object["remedy"] = remedy.map(JSONValue.string)
        return .object(object)
    }
}
