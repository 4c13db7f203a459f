// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import ProvdApp

@main
enum Provd {
    static func main() async { await ProvdCommand.main() }
}
