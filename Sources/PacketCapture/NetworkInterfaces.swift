// SPDX-License-Identifier: GPL-3.0-or-later

import CPcap
import Glibc

/// The network interfaces of this machine.
public enum NetworkInterfaces {
    /// The interfaces on which a passive capture makes sense when none is named: up, Ethernet-like, no loopback, and
    /// no port of a bridge or member of a bond, whose frames are seen on the bridge or bond as well.
    ///
    /// - Parameter ports: Names of interfaces that count even if they are ports of a bridge or members of a bond.
    /// - Returns: Their names in order.
    public static func capturable(alsoPorts ports: Set<String> = []) throws(CaptureError) -> [String] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&list) == 0 else {
            throw CaptureError(.failed, "the interfaces cannot be listed: \(CaptureError.reason(errno))")
        }
        defer { unsafe freeifaddrs(list) }
        var names: Set<String> = []
        var next = unsafe list
        while let entry = unsafe next?.pointee {
            unsafe next = unsafe entry.ifa_next
            // An entry of family AF_PACKET tells the hardware: there is one for each interface.
            guard let address = unsafe entry.ifa_addr, unsafe address.pointee.sa_family == UInt16(AF_PACKET) else { continue }
            let hardware = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_ll.self).sll_hatype
            let flags = unsafe entry.ifa_flags
            guard hardware == UInt16(ARPHRD_ETHER), flags & UInt32(IFF_UP) != 0,
                flags & UInt32(IFF_LOOPBACK) == 0, let name = unsafe entry.ifa_name
            else { continue }
            unsafe names.insert(String(cString: name))
        }
        return names.filter { name in
            let isPort = unsafe access("/sys/class/net/\(name)/master", F_OK) == 0
            return !isPort || ports.contains(name)
        }.sorted()
    }
}
