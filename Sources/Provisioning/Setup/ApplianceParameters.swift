// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText
public import ProvModel

/// The parameters that clients set while provd runs, with the names and rules of wazo-provd. They outlive a restart.
///
/// All are the appliance's, but for the provisioning key, of which each tenant has its own.
public struct ApplianceParameters: Sendable {
    /// The names of the parameters.
    public enum Name: String, Sendable, CaseIterable {
        /// Where plugins are downloaded from.
        case pluginServer = "plugin_server"
        /// The proxies for downloads.
        case httpProxy = "http_proxy"
        case ftpProxy = "ftp_proxy"
        case httpsProxy = "https_proxy"
        /// The language of descriptions.
        case locale
        /// Whether several phones may have one address, as they have behind NAT.
        case nat = "NAT"
        /// The tenant's key in the URLs that phones ask for.
        case provisioningKey = "provisioning_key"
    }

    private let store: any ProvisioningStore

    /// Makes the use case.
    public init(_ appliance: Appliance) { store = appliance.store }

    /// The value of a parameter: a text, a number for ``Name/nat``, or null if it is not set.
    public func value(of name: Name, for tenant: TenantID) async throws -> JSONValue {
        let text = try await store.setting(Self.setting(name, tenant))
        guard name != .nat else { return .int(text == "1" ? 1 : 0) }
        return text.map(JSONValue.string) ?? .null
    }

    /// The value of a parameter as people are shown it: without the password of a server or proxy.
    public func shownValue(of name: Name, for tenant: TenantID) async throws -> JSONValue {
        let value = try await value(of: name, for: tenant)
        return value.string.map { .string(Self.shown($0, as: name)) } ?? value
    }

    /// The language in which clients want descriptions, or `nil` if they did not say.
    public var locale: String? {
        get async throws { try await store.setting("parameter.\(Name.locale.rawValue)") }
    }

    /// Sets a parameter; null unsets it. A value that is given back as it was shown, without its password, changes nothing.
    ///
    /// - Throws: `DocumentError` that says what the parameter takes, else `StoreError`.
    public func set(_ name: Name, to value: JSONValue, for tenant: TenantID) async throws {
        let text = try ParameterRules.check(value, for: name)
        try await store.transaction { transaction in
            if let text, let former = try transaction.setting(Self.setting(name, tenant)), Self.shown(former, as: name) == text { return }
            if let text, name != .provisioningKey, text.contains(SecretMask.text) {
                throw DocumentError(name.rawValue, "\(name.rawValue) was shown without its password: give the password with it")
            }
            if name == .provisioningKey { try Self.claim(text, for: tenant, in: transaction) }
            try transaction.save(setting: Self.setting(name, tenant), text)
        }
    }

    /// What is shown of a value.
    private static func shown(_ text: String, as name: Name) -> String {
        switch name {
        case .pluginServer: SecretMask.mask(address: text)
        case .httpProxy, .ftpProxy, .httpsProxy: SecretMask.mask(proxy: text)
        case .locale, .nat, .provisioningKey: text
        }
    }

    /// Whether several devices may have one address.
    static func isBehindNAT(in transaction: any StoreTransaction) throws -> Bool {
        try transaction.setting("parameter.\(Name.nat.rawValue)") == "1"
    }

    /// Makes a key the tenant's. Keys tell tenants apart, so that no two have the same.
    private static func claim(_ key: String?, for tenant: TenantID, in transaction: any StoreTransaction) throws {
        if let key {
            let owner = try transaction.setting(ownerSetting(key))
            guard owner == nil || owner == tenant.description else {
                throw DocumentError(Name.provisioningKey.rawValue, "this provisioning key is another tenant's: choose a different one")
            }
        }
        if let former = try transaction.setting(setting(.provisioningKey, tenant)) {
            try transaction.save(setting: ownerSetting(former), nil)
        }
        if let key { try transaction.save(setting: ownerSetting(key), tenant.description) }
    }

    /// Forgets the provisioning key of a tenant that is no more.
    static func forget(_ tenant: TenantID, in transaction: any StoreTransaction) throws {
        let name = setting(.provisioningKey, tenant)
        guard let key = try transaction.setting(name) else { return }
        try transaction.save(setting: ownerSetting(key), nil)
        try transaction.save(setting: name, nil)
    }

    private static func setting(_ name: Name, _ tenant: TenantID) -> String {
        name == .provisioningKey ? "parameter.\(name.rawValue).\(tenant)" : "parameter.\(name.rawValue)"
    }

    private static func ownerSetting(_ key: String) -> String { SettingName.provisioningKeyOwner + key }
}

extension ApplianceParameters.Name {
    /// What the parameter is, in the language of a locale if we speak it.
    public func description(locale: String?) -> String {
        let isFrench = locale?.split(separator: "_").first == "fr"
        return switch self {
        case .pluginServer: isFrench ? "L'adresse du serveur de plugins" : "The address of the plugin server"
        case .httpProxy: isFrench ? "Le proxy pour les requêtes HTTP, comme http://proxy:3128" : "The proxy for HTTP requests, such as http://proxy:3128"
        case .ftpProxy: isFrench ? "Le proxy pour les requêtes FTP, comme http://proxy:3128" : "The proxy for FTP requests, such as http://proxy:3128"
        case .httpsProxy: isFrench ? "Le proxy pour les requêtes HTTPS, comme proxy:3128" : "The proxy for HTTPS requests, such as proxy:3128"
        case .locale: isFrench ? "La langue des descriptions, comme fr_FR" : "The language of descriptions, such as fr_FR"
        case .nat:
            isFrench
                ? "1 si plusieurs téléphones peuvent avoir la même adresse, sinon 0" : "1 if several phones may have the same address, else 0"
        case .provisioningKey:
            isFrench ? "La clé du tenant dans les URL des téléphones" : "The tenant's key in the URLs of its phones"
        }
    }
}
