// SPDX-License-Identifier: GPL-3.0-or-later

/// That provd itself chose a device's plugin, and how sure it was.
///
/// A device without this record has no plugin or has one that an administrator chose; such a choice is never changed.
public struct PluginAssociation: Sendable, Equatable {
    /// The device.
    public var device: DeviceID
    /// The plugin that was chosen.
    public var plugin: String
    /// The support level at which it was chosen, 0 to 600.
    public var level: Int
    /// Why, in words.
    public var reason: String

    /// Makes a record.
    public init(device: DeviceID, plugin: String, level: Int, reason: String) {
        self.device = device
        self.plugin = plugin
        self.level = level
        self.reason = reason
    }
}
