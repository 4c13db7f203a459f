// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPHook

/// Tells provd of a lease, on behalf of a DHCP server.
@main
struct ProvdDHCPHook {
    static func main() { DHCPHookTool(CommandLine.arguments).run() }
}
