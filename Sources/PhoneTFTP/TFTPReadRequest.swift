// SPDX-License-Identifier: GPL-3.0-or-later

public import NIOCore
public import TFTP

/// A client's wish for a file, with the addresses that it came from and went to.
public struct TFTPReadRequest: Hashable, Sendable {
    /// The file name as the client wrote it.
    public var fileName: String
    /// The file name in one spelling, with no way out of the served directory; see ``TFTPRequest/relativePath()``.
    public var path: String
    /// The transfer mode; the server converts to netascii by itself.
    public var mode: TFTPMode
    /// The options that the client asked for, which tell boot loaders apart.
    public var options: [TFTPOption]
    /// The client's address and port.
    public var client: SocketAddress
    /// The server's address that the request was sent to.
    public var local: SocketAddress

    /// Makes a request.
    public init(
        fileName: String, path: String, mode: TFTPMode = .octet, options: [TFTPOption] = [], client: SocketAddress, local: SocketAddress
    ) {
        self.fileName = fileName
        self.path = path
        self.mode = mode
        self.options = options
        self.client = client
        self.local = local
    }
}
