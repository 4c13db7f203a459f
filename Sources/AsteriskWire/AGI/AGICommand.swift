// SPDX-License-Identifier: GPL-3.0-or-later

/// What an AGI server tells Asterisk to do.
public enum AGICommand: Sendable, Hashable {
    /// Sets a variable of the channel.
    case setVariable(String, String)
    /// Asks for the value of a variable or, as `CHANNEL(pjsip,remote_addr)`, of a function.
    case getVariable(String)
    /// Writes a text on Asterisk's console, from a verbosity on.
    case verbose(String, level: Int)

    /// The line with its end, as Asterisk reads it.
    ///
    /// - Throws: `lineBreak` if a text holds one: what follows it would be a command of its own.
    public var encoded: String {
        get throws(AsteriskWireError) {
            switch self {
            case .setVariable(let name, let value): "SET VARIABLE \(try Self.word(name)) \(try Self.quoted(value, of: name))\n"
            case .getVariable(let name): "GET VARIABLE \(try Self.quoted(name, of: "the variable"))\n"
            case .verbose(let text, let level): "VERBOSE \(try Self.quoted(text, of: "the text")) \(level)\n"
            }
        }
    }

    /// A text between quotes, in which Asterisk takes what follows a backslash as it is (`parse_args` in res/res_agi.c).
    private static func quoted(_ text: String, of field: String) throws(AsteriskWireError) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            guard scalar != "\n", scalar != "\r", scalar != "\0" else { throw .lineBreak(field: field) }
            if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    /// A name, which needs no quotes.
    private static func word(_ text: String) throws(AsteriskWireError) -> String {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) })
        else { throw .malformed(line: String(text.prefix(80)), expected: "name of a variable") }
        return text
    }
}
