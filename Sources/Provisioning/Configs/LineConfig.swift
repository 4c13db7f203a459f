// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import ProvModel

/// The config of a device that has lines, with the members that wazo-confd gives such a config.
enum LineConfig {
    /// Makes the config of a device and its lines. Its key is the device's, by which clients know it.
    ///
    /// - Parameters:
    ///   - registrar: The config `default`, which says where lines register that do not say it themselves.
    ///   - former: The config that the device had, whose template it keeps.
    static func make(for device: DeviceID, lines: [Line], registrar: Config?, former: Config?) -> Config {
        let template = former?.document["configdevice"]?.string.map(ConfigID.init(stored:)) ?? .defaultDevice
        var sipLines = JSONObject()
        for (index, line) in lines.enumerated() {
            sipLines[String(index + 1)] = .object(parameters(of: line, registrar: registrar))
        }
        var config = Config(
            id: ConfigID(stored: device.description), parents: [.base, template],
            rawConfig: ["X_key": "", "config_version": 1, "protocol": "SIP", "sip_lines": .object(sipLines)])
        config.document["configdevice"] = .string(template.description)
        config.document["deletable"] = true
        return config
    }

    private static func parameters(of line: Line, registrar: Config?) -> JSONObject {
        var parameters: JSONObject = [
            "auth_username": .string(line.username), "username": .string(line.username), "password": .string(line.password),
            "display_name": .string(line.displayName), "number": .string(line.number),
        ]
        for role in ["registrar", "proxy"] {
            // Without a server here the phone registers at provd: that is in the lowest layer of its parameters.
            guard let host = line.server?.host ?? registrar?.document[role + "_main"]?.string else { continue }
            let port: JSONValue? =
                line.server != nil
                ? line.server?.port.map { .int(Int($0)) } : registrar?.document[role + "_main_port"]
            parameters[role + "_ip"] = .string(host)
            if case .int(let number)? = port { parameters[role + "_port"] = .int(number) }
        }
        return parameters
    }
}
