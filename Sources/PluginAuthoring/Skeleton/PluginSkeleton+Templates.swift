// SPDX-License-Identifier: GPL-3.0-or-later

extension PluginSkeleton.Style {
    /// The template of the device's file.
    var template: String {
        switch self {
        case .keyValue: Self.keyValueTemplate
        case .xml: Self.xmlTemplate
        case .json: Self.jsonTemplate
        }
    }

    private static let keyValueTemplate = """
        {# The configuration of one phone. Values are escaped by the rule's format; what is undefined prints as nothing. -#}
        # {{ device.vendor }} {{ model.name }}
        provisioning.server = {{ http_base_url }}
        admin.password = {{ admin_password }}
        user.password = {{ user_password }}
        screen.colour = {{ 1 if model.colour_screen else 0 }}
        language = {{ language | from_table('language') }}
        {% if time_zone -%}
        time.zone_minutes = {{ time_zone.offset_minutes }}
        time.dst = {{ time_zone.posix if time_zone.has_dst else 'none' }}
        {% endif -%}
        ntp.server = {{ ntp_ip if ntp_enabled else '' }}
        vlan.enabled = {{ 1 if vlan_enabled else 0 }}
        {% if vlan_enabled -%}
        vlan.id = {{ vlan_id }}
        vlan.priority = {{ vlan_priority | default(0) }}
        {% endif -%}
        {% if syslog_enabled -%}
        syslog.server = {{ syslog_ip }}:{{ syslog_port }}
        syslog.level = {{ syslog_level }}
        {% endif -%}
        sip.dtmf = {{ sip_dtmf_mode | from_table('dtmf_mode') }}
        sip.transport = {{ sip_transport | from_table('transport') }}
        sip.srtp = {{ sip_srtp_mode | from_table('srtp_mode') }}
        sip.subscribe_mwi = {{ 1 if sip_subscribe_mwi else 0 }}
        dial.pickup = {{ exten_pickup_call }}
        {% for line in lines if line.position <= model.lines -%}
        line.{{ line.position }}.name = {{ line.display_name }}
        line.{{ line.position }}.number = {{ line.number }}
        line.{{ line.position }}.user = {{ line.username }}
        line.{{ line.position }}.auth = {{ line.auth_username }}
        line.{{ line.position }}.password = {{ line.password }}
        line.{{ line.position }}.server = {{ line.proxy_ip or sip_proxy_ip }}:{{ line.proxy_port or sip_proxy_port or 5060 }}
        line.{{ line.position }}.voicemail = {{ line.voicemail or exten_voicemail }}
        {% endfor -%}
        {% for key in function_keys if key.position <= model.function_keys -%}
        key.{{ key.position }}.type = {{ key.type | from_table('key_type') }}
        key.{{ key.position }}.value = {{ key.value }}
        key.{{ key.position }}.label = {{ key.label | default(key.value) }}
        key.{{ key.position }}.line = {{ key.line | default(1) }}
        {% endfor %}

        """

    private static let xmlTemplate = """
        <?xml version="1.0" encoding="UTF-8"?>
        {# The configuration of one phone. Values are escaped by the rule's format; what is undefined prints as nothing. -#}
        <phone model="{{ model.name }}" colour="{{ 1 if model.colour_screen else 0 }}">
          <provisioning server="{{ http_base_url }}"/>
          <passwords admin="{{ admin_password }}" user="{{ user_password }}"/>
          <language>{{ language | from_table('language') }}</language>
          {% if time_zone -%}
          <time offset="{{ time_zone.offset_minutes }}" dst="{{ time_zone.posix if time_zone.has_dst else 'none' }}"/>
          {% endif -%}
          <ntp server="{{ ntp_ip if ntp_enabled else '' }}"/>
          <vlan enabled="{{ 1 if vlan_enabled else 0 }}" id="{{ vlan_id }}" priority="{{ vlan_priority | default(0) }}"/>
          {% if syslog_enabled -%}
          <syslog server="{{ syslog_ip }}" port="{{ syslog_port }}" level="{{ syslog_level }}"/>
          {% endif -%}
          <sip dtmf="{{ sip_dtmf_mode | from_table('dtmf_mode') }}" transport="{{ sip_transport | from_table('transport') }}" srtp="{{ sip_srtp_mode | from_table('srtp_mode') }}" mwi="{{ 1 if sip_subscribe_mwi else 0 }}" pickup="{{ exten_pickup_call }}"/>
          <lines>
          {%- for line in lines if line.position <= model.lines %}
            <line number="{{ line.position }}">
              <name>{{ line.display_name }}</name>
              <extension>{{ line.number }}</extension>
              <user>{{ line.username }}</user>
              <auth>{{ line.auth_username }}</auth>
              <password>{{ line.password }}</password>
              <server port="{{ line.proxy_port or sip_proxy_port or 5060 }}">{{ line.proxy_ip or sip_proxy_ip }}</server>
              <voicemail>{{ line.voicemail or exten_voicemail }}</voicemail>
            </line>
          {%- endfor %}
          </lines>
          <keys>
          {%- for key in function_keys if key.position <= model.function_keys %}
            <key number="{{ key.position }}" type="{{ key.type | from_table('key_type') }}" line="{{ key.line | default(1) }}" label="{{ key.label | default(key.value) }}">{{ key.value }}</key>
          {%- endfor %}
          </keys>
        </phone>

        """

    private static let jsonTemplate = """
        {# The configuration of one phone. Values are escaped as inside a JSON string: the quotation marks stand here. -#}
        {
          "model": "{{ model.name }}",
          "colour": {{ 'true' if model.colour_screen else 'false' }},
          "server": "{{ http_base_url }}",
          "admin_password": "{{ admin_password }}",
          "user_password": "{{ user_password }}",
          "language": "{{ language | from_table('language') }}",
          {% if time_zone -%}
          "time": {"offset": {{ time_zone.offset_minutes }}, "dst": "{{ time_zone.posix if time_zone.has_dst else '' }}"},
          {% endif -%}
          "ntp": "{{ ntp_ip if ntp_enabled else '' }}",
          "vlan": {"enabled": {{ 'true' if vlan_enabled else 'false' }}, "id": "{{ vlan_id }}", "priority": "{{ vlan_priority | default(0) }}"},
          {% if syslog_enabled -%}
          "syslog": {"server": "{{ syslog_ip }}", "port": "{{ syslog_port }}", "level": "{{ syslog_level }}"},
          {% endif -%}
          "sip": {"dtmf": "{{ sip_dtmf_mode | from_table('dtmf_mode') }}", "transport": "{{ sip_transport | from_table('transport') }}", "srtp": "{{ sip_srtp_mode | from_table('srtp_mode') }}", "mwi": {{ 'true' if sip_subscribe_mwi else 'false' }}, "pickup": "{{ exten_pickup_call }}"},
          "lines": [
          {%- for line in lines if line.position <= model.lines %}
            {"line": {{ line.position }}, "name": "{{ line.display_name }}", "extension": "{{ line.number }}", "user": "{{ line.username }}", "auth": "{{ line.auth_username }}", "password": "{{ line.password }}", "server": "{{ line.proxy_ip or sip_proxy_ip }}:{{ line.proxy_port or sip_proxy_port or 5060 }}", "voicemail": "{{ line.voicemail or exten_voicemail }}"}{{ '' if loop.last else ',' }}
          {%- endfor %}
          ],
          "keys": [
          {%- for key in function_keys if key.position <= model.function_keys %}
            {"key": {{ key.position }}, "type": "{{ key.type | from_table('key_type') }}", "value": "{{ key.value }}", "label": "{{ key.label | default(key.value) }}", "line": "{{ key.line | default(1) }}"}{{ '' if loop.last else ',' }}
          {%- endfor %}
          ]
        }

        """
}
