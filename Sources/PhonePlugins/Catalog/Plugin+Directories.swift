// SPDX-License-Identifier: GPL-3.0-or-later

extension Plugin {
    /// The directories in which the plugin's own templates lie: its own first, then the family's.
    public var templateDirectories: [String] {
        PluginDirectory(directory).roots.map { $0 + "/templates" }.filter { PluginDirectory.exists($0) }
    }
}
