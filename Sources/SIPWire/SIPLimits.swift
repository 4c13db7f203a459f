// SPDX-License-Identifier: GPL-3.0-or-later

/// What a SIP message may cost before it is refused.
///
/// The limits hold for datagrams and for streams alike. On a stream they are what keeps
/// a peer that never ends its header section from filling the memory.
public struct SIPLimits: Sendable, Hashable {
    /// Bytes of the start line and all header fields, the empty line included.
    ///
    /// A phone's longest requests (INVITE with credentials and a route set) stay below
    /// 4 KiB; the longest message of RFC 4475 is under 5 KiB.
    public var headerSectionBytes: Int

    /// Header field lines in one message, continuation lines included: what a line costs is
    /// more than its bytes. The busiest requests seen on a LAN have about thirty.
    public var headerLineCount: Int

    /// Bytes of the body. SDP takes one or two KiB; a UDP datagram cannot carry more than 64 KiB.
    public var bodyBytes: Int

    /// The limits that suit a server of desk phones.
    public static let standard = SIPLimits(headerSectionBytes: 16 * 1024, headerLineCount: 128, bodyBytes: 64 * 1024)

    /// Creates limits.
    public init(headerSectionBytes: Int, headerLineCount: Int, bodyBytes: Int) {
        self.headerSectionBytes = headerSectionBytes
        self.headerLineCount = headerLineCount
        self.bodyBytes = bodyBytes
    }
}
