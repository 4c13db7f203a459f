// SPDX-License-Identifier: GPL-3.0-or-later

import ApplianceSetup
import Foundation
import NIOCore
import NetTypes

/// What this machine says of itself and its network.
enum LocalSurroundings {
    static func read() -> SetupSurroundings {
        let environment = ProcessInfo.processInfo.environment
        return SetupSurroundings(
            interfaces: interfaces(), routers: SetupSurroundings.routers(procNetRoute: LocalFile.text("/proc/net/route") ?? ""),
            nameServers: SetupSurroundings.nameServers(resolvConf: LocalFile.text("/etc/resolv.conf") ?? ""),
            locale: environment["LANG"].flatMap(SetupSurroundings.locale(lang:)), timezone: timezone())
    }

    private static func interfaces() -> [SetupSurroundings.Interface] {
        let devices = (try? System.enumerateDevices()) ?? []
        return devices.compactMap { device in
            guard let address = device.address?.ipAddress.flatMap({ IPv4Address($0) }), !address.isLoopback,
                let mask = device.netmask?.ipAddress.flatMap({ IPv4Address($0) })
            else { return nil }
            return SetupSurroundings.Interface(name: device.name, address: address, prefixLength: mask.bits.nonzeroBitCount)
        }
    }

    /// `/etc/localtime` leads to a file below `…/zoneinfo/`.
    private static func timezone() -> String? {
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/etc/localtime")
        return target?.split(separator: "/zoneinfo/", maxSplits: 1).last.map(String.init).flatMap { $0.contains("localtime") ? nil : $0 }
    }
}
