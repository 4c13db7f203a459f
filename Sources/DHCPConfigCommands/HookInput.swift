// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import DHCPConfig

/// The hook that a configuration calls.
struct HookInput: ParsableArguments {
    @Option(help: ArgumentHelp("Let the server (isc, dnsmasq, kea) start this program for every lease: the path of provd-dhcp-hook.", valueName: "path"))
    var hook: String?

    @Option(help: ArgumentHelp("The directory of Kea's libdhcp_run_script.so.", valueName: "directory"))
    var keaHooks = LeaseHook.debianKeaLibraries

    /// The hook, if there shall be one.
    var leaseHook: LeaseHook? {
        get throws {
            guard let hook else { return nil }
            guard let result = LeaseHook(program: hook, keaLibraries: keaHooks) else {
                throw ValidationError("--hook and --kea-hooks take absolute paths of letters, digits and “/._+-”, not “\(hook)” and “\(keaHooks)”")
            }
            return result
        }
    }

    func validate() throws { _ = try leaseHook }
}
