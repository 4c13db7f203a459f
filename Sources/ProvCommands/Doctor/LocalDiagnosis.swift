// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText

/// What provctl can see of this machine itself, when it runs where provd runs.
enum LocalDiagnosis {
    /// Checks of systemd and the clock. On a machine without systemd there are none.
    static func checks() async -> [JSONValue] {
        guard FileManager.default.fileExists(atPath: "/run/systemd/system") else { return [] }
        return [unit("provd.service", "provd"), unit("dhcp-sniffd.service", "The DHCP sniffer"), clock()]
    }

    /// Why provd does not answer, as far as systemd knows.
    static func whyNoAnswer() -> String {
        guard FileManager.default.fileExists(atPath: "/run/systemd/system"), let state = try? LocalProgram.run(["systemctl", "is-active", "provd.service"]) else {
            return "Start it with “provd serve”; its last line says what is wrong."
        }
        guard LocalFile.text("/etc/provd/provd.yml") != nil else { return "It has no settings yet: run “provctl setup”." }
        return "systemd says that it is \(state.output.trimmingCharacters(in: .whitespacesAndNewlines)): “journalctl -u provd -n 20” says why."
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
