// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText

/// Raw configurations with which templates are tried.
enum SampleConfiguration {
    /// A phone that has nothing of its own.
    static let empty: JSONObject = [:]

    /// A phone with two lines, function keys, and most that a site sets.
    static let typical: JSONObject = [
        "ntp_enabled": true, "ntp_ip": "192.0.2.1", "vlan_enabled": true, "vlan_id": 100, "syslog_enabled": true, "syslog_ip": "192.0.2.1",
        "admin_username": "admin", "admin_password": "secret", "user_username": "user", "user_password": "secret", "timezone": "Europe/Paris",
        "locale": "fr_FR", "sip_proxy_ip": "192.0.2.1", "sip_dtmf_mode": "RTP-out-of-band", "sip_subscribe_mwi": true, "exten_voicemail": "*98",
        "exten_pickup_call": "*8", "exten_dnd": "*25", "X_xivo_phonebook_ip": "192.0.2.1", "X_xivo_user_uuid": "5f0d4b0e-0000-4000-8000-0123456789ab",
        "sip_lines": [
            "1": ["username": "u1", "password": "secret", "display_name": "Ada Lovelace", "number": "101", "proxy_ip": "192.0.2.1"],
            "2": ["username": "u2", "password": "secret", "display_name": "Grace Hopper", "number": "102", "proxy_ip": "192.0.2.1"],
        ],
        "funckeys": [
            "1": ["type": "speeddial", "value": "201", "label": "Front desk", "line": 1], "2": ["type": "blf", "value": "202", "label": "Ada"],
            "3": ["type": "park", "value": "700"],
        ],
    ]
}
