// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import PhonePlugins

@testable import PluginAuthoring

/// Raw configurations in which every text is made to break out of its place.
enum HostileValues {
    /// The texts, each tried in all fields at once.
    static let texts: [(name: String, text: String)] = [
        ("quotation marks", "a\"b'c\\\"d`e"), ("markup", "</a><evil attr=\"1\">&amp;&#60;]]>--><!-- <![CDATA["), ("a line feed", "x\nadmin.password = evil"),
        ("a carriage return", "x\radmin.password = evil"), ("a control character", "x\u{1}y"), ("NUL", "x\u{0}y"), ("delete and C1", "x\u{7F}y\u{85}z"),
        ("10 kB", String(repeating: "long ", count: 2_000)), ("right to left", "x\u{202E}evil\u{2066}\u{200F}عربي"), ("emoji", "😀👩‍👩‍👧‍👦🇫🇷"),
        ("separators", "a;b,c=d#e|f:g/h%20i&j$k@l!m*n(o)p"), ("line separators", "x\u{2028}y\u{2029}z\u{FEFF}"),
        ("template text", "{{ 7 * 7 }}{% raw %}{# x #}%NULL%${x}$(x)"), ("noncharacters", "x\u{FFFE}y\u{FFFF}z"), ("tabs and blanks", "\tx  y\t"),
    ]

    /// A text without anything special, for comparison.
    static let harmless = "xxxx"

    private static let textParameters = [
        "ip", "dns_ip", "ntp_ip", "syslog_ip", "syslog_level", "admin_username", "admin_password", "user_username", "user_password", "protocol",
        "sip_dtmf_mode", "sip_srtp_mode", "sip_transport", "exten_dnd", "exten_fwd_unconditional", "exten_fwd_no_answer", "exten_fwd_busy",
        "exten_fwd_disable_all", "exten_park", "exten_pickup_group", "exten_pickup_call", "exten_voicemail", "http_base_url",
        "X_xivo_phonebook_ip", "X_xivo_phonebook_scheme", "X_xivo_phonebook_port", "X_xivo_user_uuid", "X_xivo_phonebook_profile", "X_key",
        "sip_proxy_ip", "sip_backup_proxy_ip", "sip_registrar_ip", "sip_backup_registrar_ip", "sip_outbound_proxy_ip",
    ]

    /// The fields that take a text, by name.
    static let fields: [String] = {
        let lineFields = RawConfigParameters.lineMembers.filter { !$0.hasSuffix("_port") }.map { "line." + $0 }
        return textParameters + certificates + lineFields.sorted() + ["key.type", "key.value", "key.label", "locale", "sccp", "device", "request"]
    }()

    private static let certificates = [
        "sip_servers_root_and_intermediate_certificates", "sip_local_root_and_intermediate_certificates", "sip_local_certificate", "sip_local_key",
    ]

    /// A raw configuration with everything enabled, and a text in every field that takes one.
    ///
    /// - Parameter only: The one field that has the text, if not all have; the others are harmless.
    static func rawConfig(_ text: String, only field: String? = nil) -> JSONObject {
        func value(_ name: String) -> String { field == nil || field == name ? text : "x" }
        var raw: JSONObject = [
            "dns_enabled": true, "ntp_enabled": true, "vlan_enabled": true, "vlan_id": 100, "vlan_priority": 5, "vlan_pc_port_id": 7,
            "syslog_enabled": true, "syslog_port": 514, "sip_subscribe_mwi": true, "http_port": 8667, "tftp_port": 69, "config_version": 1,
            "timezone": "Europe/Paris", "locale": .string("fr_FR" + value("locale")), "sip_proxy_port": 5060, "sip_registrar_port": 5060,
        ]
        for name in textParameters { raw[name] = .string(value(name)) }
        // Host and port of the URL are provd's own; templates may take it apart.
        raw["http_base_url"] = .string("http://192.0.2.1:8667/" + value("http_base_url"))
        for name in certificates { raw[name] = name.hasSuffix("certificates") ? [.string(value(name)), .string(value(name))] : .string(value(name)) }
        var line: JSONObject = ["proxy_port": 5060]
        for name in RawConfigParameters.lineMembers where !name.hasSuffix("_port") { line[name] = .string(value("line." + name)) }
        raw["sip_lines"] = ["1": .object(line), "2": .object(line)]
        raw["sccp_call_managers"] = ["1": ["ip": .string(value("sccp"))]]
        var keys = JSONObject()
        for (number, type) in ["speeddial", "blf", "park", value("key.type")].enumerated() {
            keys[String(number + 1)] = [
                "type": .string(type), "value": .string(value("key.value")), "label": .string(value("key.label")), "line": .int(1),
            ]
        }
        raw["funckeys"] = .object(keys)
        return raw
    }

    /// A device document with the text wherever a phone or an administrator can put one.
    static func device(mac: String, model: String?, _ text: String) -> JSONObject {
        var device: JSONObject = [
            "id": "5f0d4b0e00004000800000000000000a", "mac": .string(mac), "version": .string(text), "description": .string(text), "sn": .string(text),
            "uuid": .string(text), "options": ["switchboard": true, "note": .string(text)], "X_note": .string(text),
        ]
        device["model"] = model.map(JSONValue.string)
        return device
    }
}
