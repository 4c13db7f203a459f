// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
public import ProvModel

/// What a new database is given: the four configs that wazo-provd's clients look for, and the appliance's tenant.
public enum FirstStart {
    /// The name of the setting that holds the appliance's own tenant.
    public static let tenantSetting = "tenant"
    /// The name of the setting that holds the time of the first start.
    public static let timeSetting = "first_start"

    /// The beginning of 2020. A machine without a battery for its clock starts in 1970 or at the date of its system's release.
    private static let earliestTime = 1_577_836_800.0

    /// Writes what is missing. A document that is there is left alone, whatever an administrator made of it.
    ///
    /// - Returns: The appliance's own tenant.
    public static func prepare(
        _ store: some ProvisioningStore, now: Double
    ) async throws -> TenantID {
        try await store.transaction { transaction in
            for config in configs where try transaction.config(config.id) == nil {
                try transaction.save(config)
            }
            let first = try transaction.setting(timeSetting).flatMap(Double.init)
            // A clock that had not been set yet said nothing: the time that counts is the first one that can be believed.
            if first == nil || first.map({ $0 < earliestTime }) == true && now >= earliestTime {
                try transaction.save(setting: timeSetting, String(now))
            }
            // Written at each start, so that a database that cannot be written is found now and not with the first phone.
            try transaction.save(setting: "last_start", String(now))
            let tenant = try transaction.setting(tenantSetting).map(TenantID.init) ?? TenantID(Secrets.uuid())
            try transaction.save(setting: tenantSetting, tenant.description)
            if try transaction.tenants()[tenant] == nil { try transaction.save(Tenant(id: tenant, parent: nil, name: "main")) }
            return tenant
        }
    }

    private static var configs: [Config] {
        // Addresses of this machine stand in none of them: they come from the settings each time a file is rendered, so
        // that a change of the settings counts.
        [
            config(.base, type: "internal", raw: [:]),
            config(.defaultRegistrar, type: "registrar", raw: ["X_key": "provd"], more: ["displayname": "local"]),
            config(
                .defaultDevice, type: "device",
                raw: [
                    "sip_dtmf_mode": "RTP-out-of-band", "admin_username": "admin", "admin_password": .string(Secrets.password()),
                    "user_username": "user", "user_password": .string(Secrets.password()),
                ],
                more: ["label": "Default config device"]),
            config(
                .autoprov, type: "internal", parents: [.base, .defaultDevice],
                raw: ["protocol": "SIP", "sip_lines": ["1": ["display_name": "Autoprov", "number": "autoprov"]]], more: ["role": "autocreate"]),
        ]
    }

    private static func config(
        _ id: ConfigID, type: String, parents: [ConfigID] = [], raw: JSONObject, more: JSONObject = [:]
    ) -> Config {
        var config = Config(id: id, parents: parents, rawConfig: raw)
        config.document["X_type"] = .string(type)
        config.document["deletable"] = false
        return Config(id: id, document: config.document.merged(with: more))
    }
}
