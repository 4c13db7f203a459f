// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import ProvCommands

@main
enum Provctl {
    static func main() async { await ProvctlCommand.run(Array(CommandLine.arguments.dropFirst())) }
}
