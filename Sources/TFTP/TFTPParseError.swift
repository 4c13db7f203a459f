// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a datagram, or the file name in it, is not what TFTP allows.
public enum TFTPParseError: Error, Hashable, Sendable {
    /// The datagram ends before the fields that its kind of packet must have.
    case truncated
    /// The datagram is longer than any packet of its kind may be; the number of its bytes.
    case tooLong(Int)
    /// The number in the first two bytes is no packet of TFTP.
    case unknownOpcode(UInt16)
    /// A request without a file name.
    case missingFileName
    /// A file name that is not UTF-8 or has control characters in it.
    case unreadableFileName
    /// A file name that leads out of the served directory.
    case fileNameEscapes
    /// A request that ends after its file name.
    case missingMode
    /// A mode that is neither octet nor netascii; its name, shortened.
    case unsupportedMode(String)
    /// More options than any client has a use for; see ``TFTPRequest/maximumOptionCount``.
    case tooManyOptions
}

extension TFTPParseError: CustomStringConvertible {
    /// A sentence for a log or an ERROR packet. It holds no bytes of the peer but a mode's printable name.
    public var description: String {
        switch self {
        case .truncated: "The packet ends too early."
        case .tooLong(let count): "The packet has \(count) bytes, more than its kind may have."
        case .unknownOpcode(let opcode): "\(opcode) is no TFTP packet type."
        case .missingFileName: "The request names no file."
        case .unreadableFileName: "The file name is not plain text."
        case .fileNameEscapes: "The file name leads out of the served directory."
        case .missingMode: "The request has no transfer mode."
        case .unsupportedMode(let name): "Mode '\(name)' is not supported; use octet or netascii."
        case .tooManyOptions: "The request has too many options."
        }
    }
}
