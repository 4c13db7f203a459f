// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads what Asterisk's manager says: its greeting, then messages.
public struct AMIReader: Sendable {
    /// What was read.
    public enum Element: Sendable, Hashable {
        /// The version of the protocol, from `Asterisk Call Manager/9.0.0`.
        case greeting(version: String)
        /// A response or an event.
        case message(AMIMessage)
    }

    /// The longest line that is read. Output of commands is cut into lines by Asterisk; device names and URIs are far shorter.
    static let maximumLine = 16_384
    /// The most lines of a message. A command's output is one message: `dialplan show` of a large site has some thousand lines.
    static let maximumLines = 20_000

    private static let greeting = "Asterisk Call Manager/"

    private var framer = LineFramer(limit: maximumLine)
    private var hasGreeting = false
    private var fields: [AMIMessage.Field] = []

    /// Makes a reader of a new connection.
    public init() {}

    /// Takes in bytes.
    public mutating func append(_ bytes: some Sequence<UInt8>) { framer.append(bytes) }

    /// The next thing that is whole, or `nil` if more bytes are needed.
    public mutating func next() throws(AsteriskWireError) -> Element? {
        while let line = try framer.next() {
            guard hasGreeting else {
                guard line.hasPrefix(Self.greeting) else { throw .noGreeting(String(line.prefix(80))) }
                hasGreeting = true
                return .greeting(version: String(line.dropFirst(Self.greeting.count)))
            }
            guard line.isEmpty else {
                fields.append(Self.field(line))
                guard fields.count <= Self.maximumLines else { throw .tooManyLines(limit: Self.maximumLines) }
                continue
            }
            // Asterisk 1.x wrote more than one empty line after some messages.
            guard !fields.isEmpty else { continue }
            defer { fields = [] }
            return .message(AMIMessage(fields))
        }
        return nil
    }

    /// A line without a colon is output of a command, as Asterisk before version 14 wrote it.
    private static func field(_ line: String) -> AMIMessage.Field {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return AMIMessage.Field("Output", line) }
        let value = line[colon...].dropFirst()
        return AMIMessage.Field(String(line[..<colon]), String(value.first == " " ? value.dropFirst() : value))
    }
}
