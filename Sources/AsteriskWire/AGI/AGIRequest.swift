// SPDX-License-Identifier: GPL-3.0-or-later

/// What Asterisk says at the beginning of an AGI session: lines `agi_NAME: VALUE` and an empty one (res/res_agi.c of Asterisk).
public struct AGIRequest: Sendable, Hashable {
    /// The longest line that is read. Asterisk's own buffer for one has 1,024 bytes (`AGI_BUF_LEN` is 2,048 for commands).
    static let maximumLine = 4_096
    /// The most lines. Asterisk writes some 25 and one for each argument, of which it takes 128 at the most (`MAX_ARGS`).
    static let maximumLines = 256

    /// The values by name, without `agi_`.
    private let values: [String: String]

    /// Reads the lines before the empty one.
    public init(lines: [String]) throws(AsteriskWireError) {
        guard lines.count <= Self.maximumLines else { throw .tooManyLines(limit: Self.maximumLines) }
        var values: [String: String] = [:]
        for line in lines {
            guard line.hasPrefix("agi_"), let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else {
                throw .malformed(line: String(line.prefix(80)), expected: "line of an AGI request, as “agi_channel: PJSIP/101-00000000”")
            }
            let name = line[..<colon].dropFirst(4), value = line[colon...].dropFirst()
            let trimmed = String(value.first == " " ? value.dropFirst() : value)
            // Asterisk names each value once. A second one would be what somebody wrote into the value before it.
            if values.updateValue(trimmed, forKey: String(name)) != nil {
                throw .malformed(line: String(line.prefix(80)), expected: "line of an AGI request: its name was there before")
            }
        }
        self.values = values
    }

    /// A value by its name without `agi_`, such as `callerid`.
    public subscript(name: String) -> String? { values[name] }

    /// The script that the dialplan names: the path of `agi://host/SCRIPT`, without what follows a question mark.
    public var script: String {
        let path = values["network_script"] ?? ""
        return String(path.prefix { $0 != "?" })
    }

    /// The arguments of the dialplan's `AGI()`, in their order.
    public var arguments: [String] {
        var arguments: [String] = []
        while let argument = values["arg_\(arguments.count + 1)"] { arguments.append(argument) }
        return arguments
    }

    /// The channel, such as `PJSIP/101-0000002a`.
    public var channel: String { values["channel"] ?? "" }

    /// The PJSIP endpoint whose channel it is, which Asterisk has authenticated; `nil` for other technologies.
    ///
    /// A channel's name is the endpoint's, a hyphen and eight hexadecimal digits (`chan_pjsip_new` in channels/chan_pjsip.c).
    public var endpoint: String? {
        guard channel.hasPrefix("PJSIP/"), let hyphen = channel.lastIndex(of: "-") else { return nil }
        let number = channel[hyphen...].dropFirst()
        let name = channel[..<hyphen].dropFirst("PJSIP/".count)
        guard number.utf8.count == 8, number.allSatisfy(\.isHexDigit), !name.isEmpty else { return nil }
        return String(name)
    }
}
