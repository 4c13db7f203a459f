// SPDX-License-Identifier: GPL-3.0-or-later

/// What one client may ask of an HTTP server without asking for anything: time, space and connections.
///
/// Whoever is slow keeps a connection and its memory, and whoever has all connections keeps out everybody else.
public struct ConnectionLimits: Sendable, Hashable {
    /// How long a connection may be silent between requests, and how long the head of a request may take. Phones keep
    /// connections open that they do not use; a minute is enough for the next file.
    public var idle = Duration.seconds(60)

    /// How long the body of a request may take: the 64 MB of a phone's log over a slow line, or a table with all lines.
    public var request = Duration.seconds(300)

    /// How long a client may take nothing of an answer that waits for it. A phone that writes its flash pauses for seconds.
    public var stall = Duration.seconds(60)

    /// How long a new connection may wait with its first request when the server stops: the way there and back over a slow line.
    public var firstRequest = Duration.seconds(1)

    /// How long answers that are under way may take when the server stops: most of a large file. The others of the daemon's services are
    /// stopped after this, and systemd gives all of them half a minute (`TimeoutStopSec=` of provd.service).
    public var lastAnswer = Duration.seconds(8)

    /// Bytes that all header fields of a request may have, and how many fields there may be. Browsers send the most: some 2 kB.
    public var headerBytes = 32 << 10, headerFields = 100

    /// How many connections one address may have open, loopback excepted, which reverse proxies use. Behind address translation
    /// a whole site has one address; `nil` where another proxy stands before the server.
    public var connectionsPerAddress: Int? = 2_048

    /// Creates the standard limits.
    public init() {}
}
