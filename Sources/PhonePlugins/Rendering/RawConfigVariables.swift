// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import Jinja

/// The variables that a raw configuration becomes: defaults filled, values of one type for each parameter, absent instead of empty.
///
/// Raw configurations are typed laxly: a port may be `5060` or `"5060"`, a truth value `true` or `"yes"`. Templates see
/// numbers and truth values where the parameter is one, text elsewhere, and nothing at all where the value is null or an
/// empty text, so that `is defined`, `default()` and plain conditions agree.
struct RawConfigVariables {
    /// All of them by name.
    private(set) var all = JinjaDict()
    /// The SIP lines in the order of their numbers.
    private(set) var lines: [JinjaValue] = []
    /// The function keys in the order of their numbers.
    private(set) var functionKeys: [JinjaValue] = []

    private static let booleans: Set<String> = ["dns_enabled", "ntp_enabled", "vlan_enabled", "syslog_enabled", "sip_subscribe_mwi"]
    private static let integers: Set<String> = [
        "http_port", "tftp_port", "vlan_id", "vlan_priority", "vlan_pc_port_id", "syslog_port", "config_version", "sip_proxy_port",
        "sip_backup_proxy_port", "sip_registrar_port", "sip_backup_registrar_port", "sip_outbound_proxy_port",
    ]
    private static let lineIntegers: Set<String> = [
        "proxy_port", "backup_proxy_port", "registrar_port", "backup_registrar_port", "outbound_proxy_port",
    ]
    private static let keyIntegers: Set<String> = ["line"]
    private static let trueWords: Set<String> = ["true", "1", "yes", "on", "y", "t"]

    init(_ raw: JSONObject) {
        for (name, value) in raw where name != "sip_lines" && name != "funckeys" {
            guard let value = Self.value(value, isBoolean: Self.booleans.contains(name), isInteger: Self.integers.contains(name)) else { continue }
            all[name] = value
        }
        fillDefaults(raw)

        let lines = Self.numbered(raw["sip_lines"]?.object ?? [:], integers: Self.lineIntegers) { line, given in
            // Only absent keys are filled: a null takes a default away.
            if given["registrar_ip"] == nil, let proxy = line["proxy_ip"] { line["registrar_ip"] = proxy }
            if given["auth_username"] == nil, let username = line["username"] { line["auth_username"] = username }
        }
        let keys = Self.numbered(raw["funckeys"]?.object ?? [:], integers: Self.keyIntegers) { _, _ in }
        all["sip_lines"] = .dict(lines)
        all["funckeys"] = .dict(keys)
        self.lines = lines.values
        functionKeys = keys.values
    }

    private mutating func fillDefaults(_ raw: JSONObject) {
        if case .bool(true)? = all["syslog_enabled"] {
            if raw["syslog_port"] == nil { all["syslog_port"] = 514 }
            if raw["syslog_level"] == nil { all["syslog_level"] = "warning" }
        }
        if raw["sip_registrar_ip"] == nil, let proxy = all["sip_proxy_ip"] { all["sip_registrar_ip"] = proxy }
        if raw["sip_srtp_mode"] == nil { all["sip_srtp_mode"] = "disabled" }
        if raw["sip_transport"] == nil { all["sip_transport"] = "udp" }
        if all["sccp_call_managers"] == nil { all["sccp_call_managers"] = [:] }
    }

    /// The entries whose names are numbers, in their order, each with its `position`.
    private static func numbered(
        _ object: JSONObject, integers: Set<String>, fill: (inout JinjaDict, JSONObject) -> Void
    ) -> JinjaDict {
        var entries: [(number: Int, entry: JSONObject)] = []
        for (name, value) in object {
            guard !name.isEmpty, name.utf8.allSatisfy(isASCIIDigit), let number = Int(name), let entry = value.object else { continue }
            entries.append((number, entry))
        }
        var result = JinjaDict()
        for (number, entry) in entries.sorted(by: { $0.number < $1.number }) {
            var variables = JinjaDict()
            for (name, value) in entry {
                if let value = Self.value(value, isBoolean: false, isInteger: integers.contains(name)) { variables[name] = value }
            }
            fill(&variables, entry)
            variables["position"] = .int(number)
            result[String(number)] = .dict(variables)
        }
        return result
    }

    /// A parameter's value in its own type, or `nil` if there is nothing in it.
    private static func value(_ value: JSONValue, isBoolean: Bool, isInteger: Bool) -> JinjaValue? {
        switch value {
        case .null, .string(""): return nil
        case .bool(let flag) where isInteger: return .int(flag ? 1 : 0)
        case .bool(let flag): return .bool(flag)
        case .int(let number) where isBoolean: return .bool(number != 0)
        case .int(let number): return isInteger ? .int(number) : .string(String(number))
        case .double(let number) where isInteger: return Int(exactly: number.rounded(.towardZero)).map(JinjaValue.int)
        case .double(let number): return isBoolean ? .bool(number != 0) : .string("\(number)")
        case .string(let text) where isBoolean: return .bool(trueWords.contains(text.lowercased()))
        case .string(let text) where isInteger: return Int(text.trimmingBlanks).map(JinjaValue.int)
        case .string(let text): return .string(text)
        case .array, .object: return JinjaValue(value)
        }
    }
}

extension String {
    /// The text without spaces and tabs at its ends.
    fileprivate var trimmingBlanks: Substring {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        let rest = drop(while: isBlank)
        return rest.lastIndex { !isBlank($0) }.map { rest[...$0] } ?? ""
    }
}
