// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText
public import NetTypes

/// A phone or gateway known to provd: one document with the keys of wazo-provd's device documents.
///
/// The document is kept as it was stored, because clients rely on the difference between a key that is absent
/// and one that is null: an absent `plugin` lets provd choose, a null one does not.
public struct Device: Sendable, Hashable {
    /// The document's key.
    public let id: DeviceID
    /// Every member but `id`.
    public var document: JSONObject

    /// Makes a device of a document; a member `id` in it is left out.
    public init(id: DeviceID, document: JSONObject = [:]) {
        self.id = id
        self.document = document
        self.document["id"] = nil
    }

    /// The document with its `id` first, as clients see it.
    public var fullDocument: JSONObject {
        var full: JSONObject = ["id": .string(id.description)]
        for (key, value) in document { full[key] = value }
        return full
    }

    /// The hardware address.
    public var mac: MACAddress? {
        get { text("mac").flatMap { MACAddress($0) } }
        set { document["mac"] = newValue.map { .string($0.description) } }
    }
    /// The address from which the phone was last heard.
    public var ip: IPAddress? {
        get { text("ip").flatMap { IPAddress($0) } }
        set { document["ip"] = newValue.map { .string($0.description) } }
    }
    /// Whether the address is but what a tenant's client wrote: provd has not heard the device there, and sends it nothing.
    public var isAddressClaimed: Bool {
        get { document["ip_claimed"]?.bool ?? false }
        set { document["ip_claimed"] = newValue ? true : nil }
    }
    /// The serial number.
    public var serialNumber: String? {
        get { text("sn") }
        set { document["sn"] = newValue.map(JSONValue.string) }
    }
    /// The device's own universal identifier, which softphones send.
    public var uuid: String? {
        get { text("uuid") }
        set { document["uuid"] = newValue.map(JSONValue.string) }
    }
    /// The manufacturer, as plugins write it.
    public var vendor: String? {
        get { text("vendor") }
        set { document["vendor"] = newValue.map(JSONValue.string) }
    }
    /// The model, as plugins write it.
    public var model: String? {
        get { text("model") }
        set { document["model"] = newValue.map(JSONValue.string) }
    }
    /// The firmware version.
    public var version: String? {
        get { text("version") }
        set { document["version"] = newValue.map(JSONValue.string) }
    }
    /// The plugin that serves the device.
    public var plugin: String? {
        get { text("plugin") }
        set { document["plugin"] = newValue.map(JSONValue.string) }
    }
    /// The config document that the device's files are rendered from.
    public var config: ConfigID? {
        get { text("config").map(ConfigID.init(stored:)) }
        set { document["config"] = newValue.map { .string($0.description) } }
    }
    /// Whether the device can be served: its plugin is loaded and its config exists.
    public var isConfigured: Bool {
        get { document["configured"]?.bool ?? false }
        set { document["configured"] = .bool(newValue) }
    }
    /// What an administrator wrote of it.
    public var summary: String? { text("description") }
    /// The SIP user name with which the phone is believed to run: line 1 of the configuration that it last fetched.
    public var remoteStateSIPUsername: String? {
        get { text("remote_state_sip_username") }
        set { document["remote_state_sip_username"] = newValue.map(JSONValue.string) }
    }
    /// The tenant that the device belongs to.
    public var tenant: TenantID? {
        get { text("tenant_uuid").map(TenantID.init) }
        set { document["tenant_uuid"] = newValue.map { .string($0.description) } }
    }

    /// Whether the document has the key at all, be it null.
    public func has(_ key: String) -> Bool { document[key] != nil }

    private func text(_ key: String) -> String? {
        guard let text = document[key]?.string, !text.isEmpty else { return nil }
        return text
    }
}
