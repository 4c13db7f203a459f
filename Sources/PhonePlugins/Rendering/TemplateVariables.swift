// SPDX-License-Identifier: GPL-3.0-or-later

/// The variables that templates see beside the parameters of raw configurations, with their members: for tools that look at templates.
///
/// docs/plugins.md says what each is. ``Plugin/render(_:context:)`` makes them.
package enum TemplateVariables {
    /// What is known of a variable's members.
    package enum Members: Sendable {
        /// It is a text or a number.
        case none
        /// It has these members.
        case named(Set<String>)
        /// It is a list or mapping of elements that have these members.
        case elements(Set<String>)
        /// Its members are not known before it is rendered.
        case any
    }

    private static let moment: Set<String> = ["month", "week", "weekday", "weekday_iso", "hour", "minute"]

    /// The members of devices' documents that provd keeps; administrators add others, whose names begin with `X_`.
    private static let device: Set<String> = [
        "id", "mac", "mac_compact", "mac_upper", "ip", "sn", "uuid", "vendor", "model", "version", "plugin", "config", "configured", "added",
        "description", "options", "remote_state_sip_username", "tenant_uuid", "is_new",
    ]

    /// The variables by name.
    package static let members: [String: Members] = {
        let line = RawConfigParameters.lineMembers.union(["position"])
        let key = RawConfigParameters.functionKeyMembers.union(["position"])
        return [
            "raw_config": .any, "lines": .elements(line), "sip_lines": .elements(line), "function_keys": .elements(key), "funckeys": .elements(key),
            "device": .named(device), "model": .any, "tables": .any, "plugin": .named(["id", "version"]), "stored": .any,
            "request": .named(["protocol", "server", "path", "user_agent"]), "language": .none, "territory": .none,
            "time_zone": .named([
                "name", "posix", "offset_minutes", "offset_hours", "has_dst", "dst_save_minutes", "dst_start", "dst_end",
            ]),
            "sccp_call_managers": .elements(["ip", "port"]), "phonebook_url": .none, "user_services_url": .none,
            // The names of wazo-provd's templates.
            "XX_xivo_phonebook_url": .none, "XX_wazo_phoned_user_service_dnd_enabled_url": .none,
            "XX_wazo_phoned_user_service_dnd_disabled_url": .none,
        ]
    }()

    /// The members of every model, beside those of its data.
    package static let model: Set<String> = [
        "name", "aliases", "version", "type", "protocol", "lines", "function_keys", "expansion_modules",
    ]

    /// The members of `time_zone.dst_start` and `time_zone.dst_end`.
    package static let timeZoneMoment = moment
}
