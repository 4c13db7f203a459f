// SPDX-License-Identifier: GPL-3.0-or-later

/// The parameters of raw configurations, by the names that wazo-provd gave them.
///
/// Names of one's own begin with `X_`; they are not listed.
package enum RawConfigParameters {
    /// The parameters.
    package static let names = [
        "ip", "http_port", "http_base_url", "tftp_port", "dns_enabled", "dns_ip", "ntp_enabled", "ntp_ip", "vlan_enabled", "vlan_id",
        "vlan_priority", "vlan_pc_port_id", "syslog_enabled", "syslog_ip", "syslog_port", "syslog_level", "admin_username", "admin_password",
        "user_username", "user_password", "timezone", "locale", "protocol", "sip_proxy_ip", "sip_proxy_port", "sip_backup_proxy_ip",
        "sip_backup_proxy_port", "sip_registrar_ip", "sip_registrar_port", "sip_backup_registrar_ip", "sip_backup_registrar_port",
        "sip_outbound_proxy_ip", "sip_outbound_proxy_port", "sip_dtmf_mode", "sip_srtp_mode", "sip_transport",
        "sip_servers_root_and_intermediate_certificates", "sip_local_root_and_intermediate_certificates", "sip_local_certificate",
        "sip_local_key", "sip_subscribe_mwi", "sip_lines", "sccp_call_managers", "funckeys", "exten_dnd", "exten_fwd_unconditional",
        "exten_fwd_no_answer", "exten_fwd_busy", "exten_fwd_disable_all", "exten_park", "exten_pickup_group", "exten_pickup_call",
        "exten_voicemail", "X_xivo_phonebook_ip", "config_version",
    ]

    /// Parameters that templates see under other names too.
    package static let derived: [String: [String]] = [
        "timezone": ["time_zone", "timezone"], "locale": ["language", "territory", "locale"], "sip_lines": ["sip_lines", "lines"],
        "funckeys": ["funckeys", "function_keys"],
        "X_xivo_phonebook_ip": ["X_xivo_phonebook_ip", "phonebook_url", "user_services_url", "XX_xivo_phonebook_url"],
    ]

    /// The members of a SIP line.
    package static let lineMembers: Set<String> = [
        "proxy_ip", "proxy_port", "backup_proxy_ip", "backup_proxy_port", "registrar_ip", "registrar_port", "backup_registrar_ip",
        "backup_registrar_port", "outbound_proxy_ip", "outbound_proxy_port", "username", "auth_username", "password", "display_name",
        "number", "voicemail", "dtmf_mode", "srtp_mode",
    ]

    /// The members of a function key.
    package static let functionKeyMembers: Set<String> = ["type", "value", "label", "line"]

    /// The members of lines and function keys as parameters of their own, such as `sip_lines.voicemail`, with the member's name.
    package static let nested: [(name: String, member: String)] =
        lineMembers.sorted().map { ("sip_lines." + $0, $0) } + functionKeyMembers.sorted().map { ("funckeys." + $0, $0) }

    /// The parameters and members of lines that are secrets: a file with one of them holds credentials.
    package static let secrets: Set<String> = ["password", "admin_password", "user_password", "sip_local_key"]

    /// Whether a parameter exists, or is of an administrator's own.
    package static func isKnown(_ name: String) -> Bool { name.hasPrefix("X_") || names.contains(name) }
}
