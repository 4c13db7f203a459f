// SPDX-License-Identifier: GPL-3.0-or-later

extension PluginSkeleton {
    var manifest: String {
        """
        # \(vendor) phones. docs/plugins.md describes every key; “provctl plugin lint” looks for what is forgotten.
        id: \(id)
        version: 0.1.0
        minimum_provd: 0.1.0
        vendor: \(vendor)
        description:
          en: \(vendor) phones

        # What each model can do. version is the firmware that the plugin is made for; aliases are other names that the phone gives itself.
        models:
          A10: {version: 2.4.1, type: deskphone, protocol: sip, lines: 2, function_keys: 8, expansion_modules: 0, aliases: [], data: {colour_screen: false}}
          A20: {version: 2.4.1, type: deskphone, protocol: sip, lines: 4, function_keys: 12, expansion_modules: 1, aliases: [], data: {colour_screen: true}}

        # The manufacturer's prefixes of MAC addresses.
        ouis: ["\(oui)"]

        # How the phones show themselves. Each pattern has a sample: a text that a phone really sends, and all that follows from it.
        patterns:
          http:
            - user_agent: "\(vendor) {model} {version} {mac}"
              claims: {vendor: \(vendor)}
              samples:
                - {text: "\(vendor) A10 2.4.1 \(mac)", gives: {vendor: \(vendor), model: A10, version: 2.4.1, mac: "\(mac)"}}
            - path: "/{mac:lower}.\(style.fileExtension)"
              oui: $ouis
              claims: {vendor: \(vendor)}
              samples:
                - {text: /\(compactMAC).\(style.fileExtension), gives: {vendor: \(vendor), mac: "\(mac)"}}
          dhcp:
            - vendor_class: "\(vendor) {model}"
              claims: {vendor: \(vendor)}
              samples:
                - {text: "\(vendor) A20", gives: {vendor: \(vendor), model: A20}}
          sip:
            - user_agent: "\(vendor) {model} {version}"
              claims: {vendor: \(vendor)}
              samples:
                - {text: "\(vendor) A20 2.4.1", gives: {vendor: \(vendor), model: A20, version: 2.4.1}}

        # What the phones ask for, in their order. trigger: who has fetched it has its configuration.
        files:
          - path: "/{mac:lower}.\(style.fileExtension)"
            template: device.\(style.fileExtension).j2
            media_type: \(style.mediaType)
            format: \(style.rawValue)
            scope: device
            sensitive: true
            trigger: true

        # How a phone is told to fetch its configuration again.
        synchronise: {method: sip-notify, event: check-sync;reboot=false}

        # Values that the phones write otherwise, for the filter from_table.
        tables:
          transport: {udp: "0", tcp: "1", tls: "2", default: "0"}
          dtmf_mode: {RTP-in-band: inband, RTP-out-of-band: rfc2833, SIP-INFO: info, default: rfc2833}
          srtp_mode: {disabled: "0", preferred: "1", required: "2", default: "0"}
          key_type: {speeddial: dial, blf: watch, park: park, default: none}
          language: {de: German, en: English, es: Spanish, fr: French, default: English}

        # Each parameter is used by a template or stands here with the reason. Take out what you map.
        parameters:
          unsupported:
        \(Self.unsupported.map { "    \($0): not mapped yet" }.joined(separator: "\n"))

        """
    }

    /// The parameters that the skeleton's templates leave out.
    private static let unsupported = [
        "ip", "http_port", "tftp_port", "dns_enabled", "dns_ip", "vlan_pc_port_id", "admin_username", "user_username", "protocol",
        "sip_backup_proxy_ip", "sip_backup_proxy_port", "sip_registrar_ip", "sip_registrar_port", "sip_backup_registrar_ip",
        "sip_backup_registrar_port", "sip_outbound_proxy_ip", "sip_outbound_proxy_port", "sip_servers_root_and_intermediate_certificates",
        "sip_local_root_and_intermediate_certificates", "sip_local_certificate", "sip_local_key", "sccp_call_managers", "exten_dnd",
        "exten_fwd_unconditional", "exten_fwd_no_answer", "exten_fwd_busy", "exten_fwd_disable_all", "exten_park", "exten_pickup_group",
        "X_xivo_phonebook_ip", "config_version", "sip_lines.backup_proxy_ip", "sip_lines.backup_proxy_port", "sip_lines.registrar_ip",
        "sip_lines.registrar_port", "sip_lines.backup_registrar_ip", "sip_lines.backup_registrar_port", "sip_lines.outbound_proxy_ip",
        "sip_lines.outbound_proxy_port", "sip_lines.dtmf_mode", "sip_lines.srtp_mode",
    ]

    var identifyTests: String {
        """
        identify:
          - request: {protocol: http, path: /\(compactMAC).\(style.fileExtension), user_agent: "\(vendor) A10 2.4.1 \(mac)"}
            is: {vendor: \(vendor), model: A10, version: 2.4.1, mac: "\(mac)"}
            level: exact
          - request: {protocol: dhcp, vendor_class: "\(vendor) A20", mac: "\(mac)"}
            is: {vendor: \(vendor), model: A20}
            level: complete
          - request: {protocol: http, path: /y000000000000.boot, user_agent: "curl/8.0"}
            is: {}

        """
    }

    var renderTests: String {
        """
        render:
          - name: a phone without a configuration of its own
            file: /\(compactMAC).\(style.fileExtension)
            device: {mac: "\(mac)", model: A10, version: 2.4.1}
            golden: golden/nothing.\(style.fileExtension)
          - name: two lines and function keys
            file: /\(compactMAC).\(style.fileExtension)
            device: {mac: "\(mac)", model: A20, version: 2.4.1}
            raw_config:
              ntp_enabled: true
              ntp_ip: 192.0.2.1
              vlan_enabled: true
              vlan_id: 100
              vlan_priority: 5
              syslog_enabled: true
              syslog_ip: 192.0.2.1
              admin_password: admin-secret
              user_password: user-secret
              timezone: Europe/Paris
              locale: fr_FR
              sip_proxy_ip: 192.0.2.1
              sip_proxy_port: 5060
              sip_dtmf_mode: SIP-INFO
              sip_subscribe_mwi: true
              exten_voicemail: "*98"
              exten_pickup_call: "*8"
              sip_lines:
                "1": {username: u1, password: secret1, display_name: "Ada Lovelace", number: "101", proxy_ip: 192.0.2.1, proxy_port: 5060}
                "2": {username: u2, password: secret2, display_name: "Grace \\"Amazing\\" Hopper & Co <1>", number: "102", proxy_ip: 192.0.2.1}
              funckeys:
                "1": {type: speeddial, value: "201", label: Front desk, line: 1}
                "3": {type: blf, value: "202", label: Ada}
            golden: golden/two-lines.\(style.fileExtension)

        """
            + (style == .keyValue
                ? """
                  - name: a line break is refused
                    file: /\(compactMAC).cfg
                    device: {mac: "\(mac)", model: A10}
                    raw_config: {sip_lines: {"1": {username: u1, display_name: "a\\nadmin.password = x"}}}
                    fails: true

                """ : "")
    }
}
