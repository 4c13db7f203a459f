// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// The address of a Unix socket as the system takes it.
enum UnixSocketAddress {
    /// A path, or with `@` a name in the abstract namespace (unix(7)).
    ///
    /// - Returns: `nil` if it is too long.
    static func address(_ path: String) -> (value: sockaddr_un, length: socklen_t)? {
        var value = sockaddr_un()
        value.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        let isAbstract = name.first == UInt8(ascii: "@")
        if isAbstract { name[0] = 0 }
        let capacity = MemoryLayout.size(ofValue: value.sun_path)
        guard name.count < capacity, let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) else { return nil }
        unsafe withUnsafeMutableBytes(of: &value.sun_path) { unsafe $0.copyBytes(from: name) }
        return (value, socklen_t(offset + name.count + (isAbstract ? 0 : 1)))
    }
}
