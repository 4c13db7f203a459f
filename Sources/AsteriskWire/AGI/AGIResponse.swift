// SPDX-License-Identifier: GPL-3.0-or-later

/// Asterisk's answer to an AGI command, such as `200 result=1 (10.77.0.12:5064)`.
public struct AGIResponse: Sendable, Hashable {
    /// 200 it was done, 510 there is no such command, 511 the channel is gone, 520 the command was written wrong.
    public let code: Int
    /// The value of `result=`, of which the meaning depends on the command; `nil` where the code is another than 200.
    public let result: String?
    /// What stands between parentheses: the value of a variable.
    public let value: String?
    /// What follows, such as `Invalid or unknown command`.
    public let text: String

    /// Whether the command was done.
    public var isSuccess: Bool { code == 200 && result != nil && result != "-1" }

    /// Reads a line.
    public init(line: String) throws(AsteriskWireError) {
        let digits = line.prefix(3)
        guard digits.utf8.count == 3, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let code = Int(digits),
            let separator = line.dropFirst(3).first, separator == " " || separator == "-"
        else { throw .malformed(line: String(line.prefix(80)), expected: "answer to an AGI command, as “200 result=1”") }
        self.code = code
        let rest = line.dropFirst(4)
        guard code == 200 else {
            (result, value, text) = (nil, nil, String(rest))
            return
        }
        guard rest.hasPrefix("result=") else { throw .malformed(line: String(line.prefix(80)), expected: "answer with a result") }
        let result = rest.dropFirst("result=".count).prefix { $0 != " " }
        self.result = String(result)
        let more = rest.dropFirst("result=".count + result.count).drop { $0 == " " }
        if more.first == "(", let end = more.lastIndex(of: ")") {
            value = String(more[more.index(after: more.startIndex)..<end])
        } else {
            value = nil
        }
        text = String(more)
    }
}
