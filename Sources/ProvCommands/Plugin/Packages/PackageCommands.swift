// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser

/// What makes packages and repositories, without a server.
enum PackageCommands {
    static let all: [any ParsableCommand.Type] = [PluginPack.self, PluginSign.self, PluginIndex.self, PluginKey.self]
}
