// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText

/// The rules for parameters (`raw_config`). Null is allowed everywhere but where it is said; clients' loose types are too:
/// a text may be a number, a number may be written as text.
enum RawConfigRules {
    private enum Kind {
        case text, number, flag, words([String]), texts, timeZone, locale, any
        /// A number within bounds.
        case bounded(ClosedRange<Int>)
    }

    private static let dtmfModes = ["RTP-in-band", "RTP-out-of-band", "SIP-INFO"]
    private static let srtpModes = ["disabled", "preferred", "required"]

    private static let parameters: [String: Kind] = {
        var parameters: [String: Kind] = [
            "http_port": .number, "tftp_port": .number, "dns_enabled": .flag, "ntp_enabled": .flag, "vlan_enabled": .flag,
            // IEEE 802.1Q: 12 and 3 bits; 4095 is reserved.
            "vlan_id": .bounded(0...4_094), "vlan_priority": .bounded(0...7), "vlan_pc_port_id": .bounded(0...4_094), "syslog_enabled": .flag, "syslog_port": .number,
            "syslog_level": .words(["critical", "error", "warning", "info", "debug"]), "timezone": .timeZone, "locale": .locale,
            "protocol": .words(["SIP", "SCCP"]), "sip_dtmf_mode": .words(dtmfModes), "sip_srtp_mode": .words(srtpModes),
            "sip_transport": .words(["udp", "tcp", "tls"]), "sip_subscribe_mwi": .flag, "config_version": .number,
            "_comment": .any, "config_encryption_enabled": .flag,
            "sip_servers_root_and_intermediate_certificates": .texts, "sip_local_root_and_intermediate_certificates": .texts,
        ]
        for name in [
            "ip", "http_base_url", "dns_ip", "ntp_ip", "syslog_ip", "admin_username", "admin_password", "user_username", "user_password",
            "sip_local_certificate", "sip_local_key", "exten_dnd", "exten_fwd_unconditional", "exten_fwd_no_answer", "exten_fwd_busy",
            "exten_fwd_disable_all", "exten_park", "exten_pickup_group", "exten_pickup_call", "exten_voicemail",
        ] { parameters[name] = .text }
        for server in ["proxy", "backup_proxy", "registrar", "backup_registrar", "outbound_proxy"] {
            parameters["sip_\(server)_ip"] = .text
            parameters["sip_\(server)_port"] = .number
        }
        return parameters
    }()

    private static let lineParameters: [String: Kind] = {
        var parameters: [String: Kind] = ["dtmf_mode": .words(dtmfModes), "srtp_mode": .words(srtpModes)]
        for name in ["username", "auth_username", "password", "display_name", "number", "voicemail"] { parameters[name] = .text }
        for server in ["proxy", "backup_proxy", "registrar", "backup_registrar", "outbound_proxy"] {
            parameters["\(server)_ip"] = .text
            parameters["\(server)_port"] = .number
        }
        return parameters
    }()

    /// The parameters that may not be null.
    private static let required: Set<String> = ["syslog_port", "syslog_level", "sip_lines", "sccp_call_managers", "funckeys"]

    /// Checks parameters.
    ///
    /// - Parameter isZone: Whether there is a time zone of a name.
    /// - Throws: `DocumentError` that names the parameter.
    static func check(_ rawConfig: JSONObject, isZone: (String) -> Bool) throws(DocumentError) {
        for (name, value) in rawConfig {
            if value.isNull {
                guard !required.contains(name) else { throw DocumentError(name, "\(name) may not be null: leave it out") }
                continue
            }
            switch name {
            case "sip_lines":
                for (key, line) in try object(value, name) {
                    for (member, value) in try object(line, "\(name).\(key)") where !value.isNull {
                        if let kind = lineParameters[member] { try check(value, kind, "\(name).\(key).\(member)") }
                    }
                }
            case "sccp_call_managers":
                for (key, manager) in try object(value, name) {
                    try checkPosition(key, name)
                    let manager = try object(manager, "\(name).\(key)")
                    guard let ip = manager["ip"], !ip.isNull else { throw DocumentError(name, "\(name).\(key) needs an ip") }
                    try check(ip, .text, "\(name).\(key).ip")
                    if let port = manager["port"], !port.isNull { try check(port, .number, "\(name).\(key).port") }
                }
            case "funckeys":
                for (key, function) in try object(value, name) {
                    try checkPosition(key, name)
                    try checkFunctionKey(try object(function, "\(name).\(key)"), "\(name).\(key)")
                }
            default:
                if case .timeZone? = parameters[name] {
                    guard let zone = value.string, zone.isEmpty || isZone(zone) else {
                        throw DocumentError(name, "\(name) is a zone of the tz database, as Europe/Paris")
                    }
                } else if let kind = parameters[name] {
                    try check(value, kind, name)
                } else if !name.hasPrefix("X_") {
                    throw DocumentError(name, "\(name) is not a parameter; names of your own begin with X_")
                }
            }
        }
        try checkCompanions(rawConfig)
    }

    private static func checkCompanions(_ rawConfig: JSONObject) throws(DocumentError) {
        for (flag, companion) in [("dns_enabled", "dns_ip"), ("ntp_enabled", "ntp_ip"), ("vlan_enabled", "vlan_id"), ("syslog_enabled", "syslog_ip")]
        where rawConfig[flag].map(isSet) ?? false {
            if rawConfig[companion]?.isNull ?? true { throw DocumentError(companion, "\(companion) is needed when \(flag) is true") }
        }
    }

    /// Whether a flag is set, in any of the forms in which clients write it.
    private static func isSet(_ flag: JSONValue) -> Bool {
        switch flag {
        case .bool(let value): value
        case .int(let number): number != 0
        case .string(let text): ["true", "yes", "on", "y", "t", "1"].contains(text.lowercased())
        case .null, .double, .array, .object: false
        }
    }

    private static func checkFunctionKey(_ key: JSONObject, _ name: String) throws(DocumentError) {
        guard let type = key["type"]?.string, ["speeddial", "blf", "park"].contains(type) else {
            throw DocumentError(name, "\(name).type is speeddial, blf or park")
        }
        if type != "park", (key["value"].map { $0.string == "" || $0.isNull }) ?? true {
            throw DocumentError(name, "\(name).value is needed for a \(type) key")
        }
        for (member, kind) in [("value", .text), ("label", .text), ("line", .number)] as [(String, Kind)] {
            if let value = key[member], !value.isNull { try check(value, kind, "\(name).\(member)") }
        }
    }

    private static func checkPosition(_ key: String, _ name: String) throws(DocumentError) {
        guard !key.isEmpty, key.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw DocumentError(name, "the keys of \(name) are numbers")
        }
    }

    private static func object(_ value: JSONValue, _ name: String) throws(DocumentError) -> JSONObject {
        guard let object = value.object else { throw DocumentError(name, "\(name) is an object") }
        return object
    }

    private static func check(_ value: JSONValue, _ kind: Kind, _ name: String) throws(DocumentError) {
        switch kind {
        case .text:
            switch value {
            case .string, .int, .double: break
            default: throw DocumentError(name, "\(name) is a text")
            }
        case .number:
            switch value {
            case .int, .double, .bool: break
            case .string(let text) where Int(text) != nil: break
            default: throw DocumentError(name, "\(name) is a whole number")
            }
        case .flag:
            switch value {
            case .bool, .int(0), .int(1): break
            case .string(let text) where ["true", "false", "yes", "no", "on", "off", "y", "n", "t", "f", "1", "0"].contains(text.lowercased()):
                break
            default: throw DocumentError(name, "\(name) is true or false")
            }
        case .words(let words):
            guard let text = value.string, words.contains(text) else {
                throw DocumentError(name, "\(name) is one of \(words.joined(separator: ", "))")
            }
        case .texts:
            guard let elements = value.array, elements.allSatisfy({ $0.string != nil }) else {
                throw DocumentError(name, "\(name) is a list of texts")
            }
        case .bounded(let range):
            guard let number = number(value), range.contains(number) else {
                throw DocumentError(name, "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
        case .any, .timeZone: break
        case .locale:
            guard let text = value.string, isLocale(text) else { throw DocumentError(name, "\(name) is a language and a territory, as fr_CA") }
        }
    }

    /// The number that a client means; what stands behind the point is left out.
    private static func number(_ value: JSONValue) -> Int? {
        switch value {
        case .int(let number): number
        case .double(let number): Int(exactly: number.rounded(.towardZero))
        case .bool(let value): value ? 1 : 0
        case .string(let text): Int(text)
        case .null, .array, .object: nil
        }
    }

    private static func isLocale(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let lower = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        let upper = { (byte: UInt8) in (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
        return bytes.count >= 5 && lower(bytes[0]) && lower(bytes[1]) && bytes[2] == UInt8(ascii: "_") && upper(bytes[3]) && upper(bytes[4])
    }
}
