// SPDX-License-Identifier: GPL-3.0-or-later

import PhonePlugins

/// Where plugins and what belongs to them lie.
///
///     <bundled>/                     the plugins that came with provd, which are only read
///     <state>/plugins/               the depot of installed plugins
///     <state>/plugins/repositories/  the list of repositories, and their indexes
///     <state>/plugins/downloads/     what is being downloaded
///     <state>/firmware/              the depot of firmware
///     <state>/firmware/by-hand/      where an administrator puts files that cannot be downloaded
public struct PluginDirectories: Sendable, Hashable {
    /// The plugins that came with provd.
    public let bundled: String
    /// The installed plugins.
    public let plugins: String
    /// Firmware.
    public let firmware: String

    var repositories: String { plugins + "/repositories" }
    var downloads: String { plugins + "/downloads" }
    /// Where an administrator puts firmware that cannot be downloaded.
    public var byHand: String { firmware + "/by-hand" }

    /// Names the directories.
    public init(bundled: String, state: String) {
        self.bundled = bundled
        plugins = state + "/plugins"
        firmware = state + "/firmware"
    }
}
