// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import OpenFiles

/// The socket on which systemd's journal takes entries with fields.
///
/// Sending never waits: whoever logs may be an event loop.
final class JournalSocket: Sendable {
    /// Where the journal listens.
    static let path = "/run/systemd/journal/socket"

    private let descriptor: Int32

    /// Connects to the journal.
    ///
    /// - Parameter path: Where it listens.
    /// - Returns: `nil` if nobody listens.
    init?(path: String = JournalSocket.path) {
        guard let (address, length) = UnixSocketAddress.address(path) else { return nil }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        let status = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(descriptor, $0, length) }
        }
        guard status == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Sends an entry.
    ///
    /// - Returns: Whether the journal has it; it has not while it is started anew, or has no room.
    func send(_ entry: JournalEntry) -> Bool {
        let count = unsafe entry.bytes.withUnsafeBytes { bytes in
            unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
        }
        return count == entry.bytes.count
    }

    /// Whether what this process writes to its standard error goes to the journal, as systemd says (systemd.exec(5), `JOURNAL_STREAM`).
    ///
    /// The variable is inherited: somebody who redirected the output of a service's child wants it where he sent it.
    static func isStandardError(_ variable: String?) -> Bool {
        guard let variable else { return false }
        let parts = variable.split(separator: ":", omittingEmptySubsequences: false).compactMap { UInt64($0) }
        guard parts.count == 2, let open = DescriptorIdentity(of: STDERR_FILENO) else { return false }
        return open.device == parts[0] && open.inode == parts[1]
    }
}
