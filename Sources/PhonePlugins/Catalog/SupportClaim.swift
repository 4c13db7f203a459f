// SPDX-License-Identifier: GPL-3.0-or-later

/// How well one plugin says that it serves a device, and why.
public struct SupportClaim: Sendable, Hashable, CustomStringConvertible {
    /// The plugin.
    public let plugin: PluginID
    /// The level; see ``SupportLevel/associates``.
    public let level: SupportLevel
    /// Which rule says so, in words.
    public let why: String

    public var description: String { "\(plugin): \(level), because \(why)" }
}
