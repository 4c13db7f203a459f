// SPDX-License-Identifier: GPL-3.0-or-later

extension RawConfigVariables {
    /// The parameters of raw configurations, by the names that wazo-provd gave them.
    static let parameters = [
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

    /// Parameters that templates see under other names.
    static let derived: [String: [Substring]] = [
        "timezone": ["time_zone", "timezone"], "locale": ["language", "territory", "locale"], "sip_lines": ["sip_lines", "lines"],
        "funckeys": ["funckeys", "function_keys"],
    ]
}
