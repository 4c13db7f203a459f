// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import ProvModel

/// The config of a device that has no line yet: the autocreate template with an account of the device's own.
enum AutoprovConfig {
    /// Makes the config and the account of a device, and saves both.
    ///
    /// - Returns: `nil` if no config has the role `autocreate`, or that one lacks line 1.
    static func create(for device: DeviceID, in transaction: any StoreTransaction) throws -> Config? {
        guard let config = try createForAnyDevice(in: transaction) else { return nil }
        return try adopt(config.id, by: device, in: transaction)
    }

    /// Makes a config that is no device's yet, and saves it. The device that is put on it is given an account then.
    ///
    /// - Returns: `nil` as `create(for:in:)` does.
    static func createForAnyDevice(in transaction: any StoreTransaction) throws -> Config? {
        let template = try transaction.config(.autoprov).flatMap { $0.role == "autocreate" ? $0 : nil }
            ?? transaction.configs().first { $0.role == "autocreate" }
        guard let template, template.rawConfig["sip_lines"]?["1"]?.object != nil else { return nil }
        // Only the account is the device's own. All else stays inherited, so that a change of the template counts.
        var config = Config(
            id: ConfigID(stored: template.id.description + Secrets.uuid()), parents: [template.id],
            rawConfig: ["sip_lines": ["1": [:]]])
        config.document["transient"] = true
        try transaction.save(config)
        return config
    }

    /// Gives a config that was made for any device the account of the device that is on it now.
    ///
    /// - Returns: The config as it is now; `nil` if it is none of that kind, or has an account.
    @discardableResult
    static func adopt(_ id: ConfigID, by device: DeviceID, in transaction: any StoreTransaction) throws -> Config? {
        guard var config = try transaction.config(id), config.isTransient, config.rawConfig["sip_lines"]?["1"] == [:] else { return nil }
        let account = try account(of: device, in: transaction)
        config.rawConfig["sip_lines"] = [
            "1": ["username": .string(account.username), "password": .string(account.password)]
        ]
        try transaction.save(config)
        return config
    }

    private static func account(of device: DeviceID, in transaction: any StoreTransaction) throws -> AutoprovAccount {
        if let account = try transaction.autoprovAccount(of: device) { return account }
        // Eight characters of 26 make a clash a matter of luck with a million devices, and then the next try serves.
        var username = Secrets.autoprovUsername()
        for _ in 0..<8 {
            let isTaken = try transaction.autoprovAccount(username: username) != nil || transaction.line(username: username) != nil
            guard isTaken else { break }
            username = Secrets.autoprovUsername()
        }
        let account = AutoprovAccount(username: username, password: Secrets.password(), device: device)
        try transaction.save(account)
        return account
    }

    /// Deletes a config that no device uses any more, if it was made for one device only.
    static func removeIfOrphaned(_ id: ConfigID, in transaction: any StoreTransaction) throws {
        guard let config = try transaction.config(id), config.isTransient, config.isDeletable,
            try transaction.devices(where: .config(id)).isEmpty
        else { return }
        try transaction.delete(id)
    }
}
