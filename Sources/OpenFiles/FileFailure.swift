// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// Why a file cannot be read or written, in words for a person.
///
/// Foundation's descriptions name domains and dictionaries; what the system said is among them.
public struct FileFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What the system said, such as “permission denied”.
    public let description: String

    /// Finds the words for an error; one that is not Foundation's keeps its own.
    public init(_ error: any Error) {
        switch error {
        case let failure as CocoaError:
            let underlying = unsafe failure.userInfo[NSUnderlyingErrorKey]
            if let number = (underlying as? POSIXError)?.code.rawValue ?? (underlying as? NSError).flatMap({ Int32(exactly: $0.code) }) {
                description = unsafe String(cString: strerror(number)).lowercased()
            } else {
                description = failure.localizedDescription
            }
        default: description = "\(error)"
        }
    }
}
