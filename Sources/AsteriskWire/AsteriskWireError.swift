// SPDX-License-Identifier: GPL-3.0-or-later

/// Why bytes of an Asterisk are no AGI or AMI, or why something cannot be told to one.
public enum AsteriskWireError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A line is longer than any that Asterisk writes.
    case lineTooLong(limit: Int)
    /// A request or a message has more lines than any that Asterisk writes.
    case tooManyLines(limit: Int)
    /// A line has not the form that it should have.
    case malformed(line: String, expected: String)
    /// A value holds a line break or a zero, which would end its line early and begin another command.
    case lineBreak(field: String)
    /// The connection begins with something else than the greeting of a manager.
    case noGreeting(String)

    public var description: String {
        switch self {
        case .lineTooLong(let limit): "a line has more than \(limit) bytes"
        case .tooManyLines(let limit): "a message has more than \(limit) lines"
        case .malformed(let line, let expected): "“\(line)” is no \(expected)"
        case .lineBreak(let field): "\(field) holds a line break, which cannot be sent"
        case .noGreeting(let line): "“\(line)” is no greeting of an Asterisk manager: see that the port is that of manager.conf"
        }
    }
}
