// SPDX-License-Identifier: GPL-3.0-or-later

/// A file of a plugin that is served as it is.
public struct StaticFile: Sendable, Hashable {
    /// Where it lies, without symbolic links.
    public let path: String
    /// How long it was when the plugin was loaded, in bytes.
    public let size: Int
}
