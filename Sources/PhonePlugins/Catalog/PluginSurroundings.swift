// SPDX-License-Identifier: GPL-3.0-or-later

/// What surrounds plugins and is not part of their packages: files that survive their upgrades, and the provd that serves them.
public struct PluginSurroundings: Sendable, Hashable {
    /// The directory that holds, below each plugin's id, what was downloaded for it: `yealink-v86/firmware/T46S.rom`.
    public var downloads: String?
    /// The directory that holds, below each plugin's id, the templates of an administrator, which hide those of the plugin:
    /// `yealink-v86/device.cfg.j2`, `yealink-v86/models/T46S/device.cfg.j2`, `yealink-v86/devices/0015650abbcc/device.cfg.j2`.
    public var templates: String?

    /// The running provd's version, with which each plugin's `minimum_provd` is compared; `nil` to load plugins for any version.
    public var provdVersion: String?

    /// Names the directories; each may be missing.
    public init(downloads: String? = nil, templates: String? = nil, provdVersion: String? = nil) {
        self.downloads = downloads
        self.templates = templates
        self.provdVersion = provdVersion
    }
}
