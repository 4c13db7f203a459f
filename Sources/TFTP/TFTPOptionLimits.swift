// SPDX-License-Identifier: GPL-3.0-or-later

/// Which options a server agrees to, and how far it goes.
public struct TFTPOptionLimits: Hashable, Sendable {
    /// The largest block size to agree to, in bytes, or `nil` to leave `blksize` unanswered. A larger wish gets this.
    ///
    /// Blocks that do not fit in a packet of the path are cut into IP fragments, which many phones' boot loaders cannot
    /// put together. What fits: 1468 on Ethernet with IPv4, 1448 with IPv6, 1428 with room for options or a tunnel.
    public var maximumBlockSize: Int?
    /// The largest window to agree to, in blocks, or `nil` to leave `windowsize` unanswered. A larger wish gets this.
    public var maximumWindowSize: Int?
    /// Whether the client may set the longest wait before a retransmission.
    public var acknowledgesTimeout: Bool
    /// Whether clients that ask are told the file's size.
    public var acknowledgesTransferSize: Bool

    /// Bytes in flight at most, whatever block and window size come to: what a phone's socket can hold, and what a
    /// server is ready to keep in memory for one client's retransmissions.
    public static let maximumWindowByteCount = 256 * 1024

    /// Makes limits; the defaults are right on Ethernet.
    public init(
        maximumBlockSize: Int? = 1468,
        maximumWindowSize: Int? = 64,
        acknowledgesTimeout: Bool = true,
        acknowledgesTransferSize: Bool = true
    ) {
        self.maximumBlockSize = maximumBlockSize
        self.maximumWindowSize = maximumWindowSize
        self.acknowledgesTimeout = acknowledgesTimeout
        self.acknowledgesTransferSize = acknowledgesTransferSize
    }

    /// No options at all: TFTP as in RFC 1350, for clients that ask for options and then stumble over the answer.
    public static let none = TFTPOptionLimits(
        maximumBlockSize: nil, maximumWindowSize: nil, acknowledgesTimeout: false, acknowledgesTransferSize: false)
}
