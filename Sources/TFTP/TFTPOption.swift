// SPDX-License-Identifier: GPL-3.0-or-later

/// One option of a request or of an option acknowledgment (RFC 2347): a name and a value, both text.
public struct TFTPOption: Hashable, Sendable {
    /// The name as it was sent. Names are compared without regard to case; see ``isNamed(_:)``.
    public var name: String
    /// The value as it was sent: a decimal number in every option that is in use.
    public var value: String

    /// Makes an option.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// Whether the option has this name, in whatever case the peer wrote it.
    public func isNamed(_ name: Name) -> Bool {
        self.name.utf8.elementsEqual(name.rawValue.utf8, by: ASCII.equalIgnoringCase)
    }

    /// The options that this module knows.
    public enum Name: String, Hashable, Sendable, CaseIterable {
        /// Bytes of payload in a DATA packet, 8 to 65464 (RFC 2348).
        case blockSize = "blksize"
        /// Seconds before a retransmission, 1 to 255 (RFC 2349).
        case timeout
        /// Bytes of the whole file; 0 in a read request (RFC 2349).
        case transferSize = "tsize"
        /// DATA packets sent before an ACK is awaited, 1 to 65535 (RFC 7440).
        case windowSize = "windowsize"
    }
}
