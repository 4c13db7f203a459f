// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser

/// What works on a directory of a plugin, without a server.
enum AuthoringCommands {
    static let all: [any ParsableCommand.Type] = [
        PluginNew.self, PluginLint.self, PluginTest.self, PluginRender.self, PluginExplain.self, PluginWatchCommand.self,
    ]
}
