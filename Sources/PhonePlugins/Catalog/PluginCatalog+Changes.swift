// SPDX-License-Identifier: GPL-3.0-or-later

extension PluginCatalog {
    /// The catalogue with a plugin in the place of the one of its id, or beside the others.
    public func replacing(_ plugin: Plugin) -> PluginCatalog {
        PluginCatalog(plugins: [plugin] + plugins.filter { $0.id != plugin.id })
    }

    /// The catalogue without a plugin.
    public func removing(_ id: PluginID) -> PluginCatalog { PluginCatalog(plugins: plugins.filter { $0.id != id }) }
}
