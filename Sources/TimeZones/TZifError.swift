// SPDX-License-Identifier: GPL-3.0-or-later

/// Why bytes are no time zone file.
public enum TZifError: Error, Hashable, Sendable {
    /// The file does not begin as a TZif file does.
    case notTZif
    /// The file ends before its header says.
    case truncated
    /// A number in the file is out of its bounds; which one.
    case outOfBounds(String)
    /// The rule at the end of the file is none.
    case badFooter(POSIXRuleError)
    /// The file says nothing about the present.
    case noRule
}

extension TZifError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notTZif: "it is no TZif file"
        case .truncated: "the file is cut off"
        case .outOfBounds(let what): "\(what) is out of bounds"
        case .badFooter(let error): "its rule cannot be read: \(error)"
        case .noRule: "it has no rule for the present"
        }
    }
}
