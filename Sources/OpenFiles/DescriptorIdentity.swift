// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// What tells an open file, pipe or socket from every other on this machine.
public struct DescriptorIdentity: Sendable, Hashable {
    /// The number of the device that holds it.
    public let device: UInt64
    /// Its number there.
    public let inode: UInt64

    /// Looks at an open descriptor.
    ///
    /// - Returns: `nil` if it is not open.
    public init?(of descriptor: Int32) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }
}
