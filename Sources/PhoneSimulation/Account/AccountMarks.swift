// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText

/// Values that no file has by chance. A template that is rendered with them shows where it writes what.
enum AccountMarks {
    /// What is looked for in a configuration.
    enum Role: CaseIterable, Sendable {
        case user, authUser, password, host, port, displayName, number
    }

    /// Letters, digits and dots only, which no format escapes; none is part of another.
    static func text(_ role: Role) -> String {
        switch role {
        case .user: "qzusera7"
        case .authUser: "qzautha7"
        case .password: "qzpassa7"
        case .host: "198.51.100.213"
        case .port: "41213"
        case .displayName: "Qznamea7"
        case .number: "7301942"
        }
    }

    /// The raw configuration of a phone with the marked account.
    ///
    /// - Parameters:
    ///   - transport: `udp`, `tcp` or `tls`.
    ///   - hasPort: Whether it names the registrar's port.
    ///   - server: provd's address, as the phone calls it.
    static func rawConfig(transport: String, hasPort: Bool, server: String) -> JSONObject {
        var line: JSONObject = [
            "username": .string(text(.user)), "auth_username": .string(text(.authUser)), "password": .string(text(.password)),
            "display_name": .string(text(.displayName)), "number": .string(text(.number)), "proxy_ip": .string(text(.host)),
            "registrar_ip": .string(text(.host)),
        ]
        var raw: JSONObject = [
            "protocol": "SIP", "http_base_url": .string("http://" + server), "sip_transport": .string(transport),
            "sip_proxy_ip": .string(text(.host)), "sip_registrar_ip": .string(text(.host)),
        ]
        if hasPort, let port = Int(text(.port)) {
            for name in ["proxy_port", "registrar_port"] {
                line[name] = .int(port)
                raw["sip_" + name] = .int(port)
            }
        }
        raw["sip_lines"] = ["1": .object(line)]
        return raw
    }
}
