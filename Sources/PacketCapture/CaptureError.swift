// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// Why packets cannot be captured or read, with a text for the person who started it.
public struct CaptureError: Error, Hashable, Sendable {
    /// What kind of failure it is.
    public enum Code: Sendable {
        /// The process may not capture.
        case notPermitted
        /// There is no such interface, or it is gone.
        case noSuchInterface
        /// The interface is there but down.
        case interfaceDown
        /// The capture file cannot be opened.
        case unreadableFile
        /// The capture file is damaged or no capture file.
        case badFile
        /// The system refused something else.
        case failed
    }

    /// What kind of failure it is.
    public let code: Code
    /// What, why, and what to do.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The system's words for an error number.
    package static func reason(_ number: Int32) -> String {
        guard let text = unsafe strerror(number) else { return "error \(number)" }
        return unsafe String(cString: text)
    }
}

extension CaptureError: CustomStringConvertible {
    public var description: String { message }
}
