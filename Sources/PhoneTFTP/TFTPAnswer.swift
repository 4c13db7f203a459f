// SPDX-License-Identifier: GPL-3.0-or-later

public import NIOCore
public import TFTP

/// What a client gets for a read request.
public enum TFTPAnswer: Hashable, Sendable {
    /// These bytes.
    case bytes(ByteBuffer)
    /// The regular file at this path of the server's file system, read piece by piece while it is sent. Its size is
    /// taken from the opened file.
    case file(path: String)
    /// An ERROR packet. The message is read by people in a phone's log or on its display: one short sentence.
    case refuse(TFTPErrorCode, String)
}
