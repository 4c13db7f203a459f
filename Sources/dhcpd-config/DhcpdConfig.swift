// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfigCommands

@main
enum DhcpdConfig {
    static func main() {
        DHCPConfigTool.launch()
    }
}
