// SPDX-License-Identifier: GPL-3.0-or-later

/// The code of an ERROR packet (RFC 1350 appendix, RFC 2347).
///
/// A struct and not an enum: a peer may send any number, and an unknown one is still a code.
public struct TFTPErrorCode: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public var rawValue: UInt16

    /// Makes a code from its number on the wire.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// 0: see the message for what happened.
    public static let notDefined = TFTPErrorCode(rawValue: 0)
    /// 1: file not found.
    public static let fileNotFound = TFTPErrorCode(rawValue: 1)
    /// 2: access violation.
    public static let accessViolation = TFTPErrorCode(rawValue: 2)
    /// 3: disk full or allocation exceeded.
    public static let diskFull = TFTPErrorCode(rawValue: 3)
    /// 4: illegal TFTP operation.
    public static let illegalOperation = TFTPErrorCode(rawValue: 4)
    /// 5: unknown transfer ID, that is a packet from a port that is no part of the transfer.
    public static let unknownTransferID = TFTPErrorCode(rawValue: 5)
    /// 6: file already exists.
    public static let fileAlreadyExists = TFTPErrorCode(rawValue: 6)
    /// 7: no such user.
    public static let noSuchUser = TFTPErrorCode(rawValue: 7)
    /// 8: the options offered or agreed are refused (RFC 2347).
    public static let optionsRefused = TFTPErrorCode(rawValue: 8)
}

extension TFTPErrorCode: CustomStringConvertible {
    public var description: String { "\(rawValue)" }
}
