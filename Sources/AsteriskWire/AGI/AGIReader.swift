// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads what Asterisk says in an AGI session: first the request, then answers to commands.
public struct AGIReader: Sendable {
    /// What was read.
    public enum Element: Sendable, Hashable {
        /// The request, which comes first and once.
        case request(AGIRequest)
        /// An answer to a command.
        case response(AGIResponse)
        /// The caller hung up, and the session goes on without a channel (`HANGUP`, Asterisk 1.6 and later).
        case hangup
    }

    private var framer = LineFramer(limit: AGIRequest.maximumLine)
    private var lines: [String]? = []
    /// The lines of a usage text, which comes with code 520 and is read to its end.
    private var usageLines = 0

    /// Makes a reader of a new session.
    public init() {}

    /// Takes in bytes.
    public mutating func append(_ bytes: some Sequence<UInt8>) { framer.append(bytes) }

    /// The next thing that is whole, or `nil` if more bytes are needed.
    public mutating func next() throws(AsteriskWireError) -> Element? {
        while let line = try framer.next() {
            if let element = try take(line) { return element }
        }
        return nil
    }

    private mutating func take(_ line: String) throws(AsteriskWireError) -> Element? {
        if lines != nil {
            guard line.isEmpty else {
                lines?.append(line)
                guard lines?.count ?? 0 <= AGIRequest.maximumLines else { throw .tooManyLines(limit: AGIRequest.maximumLines) }
                return nil
            }
            let request = try AGIRequest(lines: lines ?? [])
            lines = nil
            return .request(request)
        }
        if line == "HANGUP" { return .hangup }
        if usageLines > 0 {
            usageLines += 1
            guard usageLines <= AGIRequest.maximumLines else { throw .tooManyLines(limit: AGIRequest.maximumLines) }
            guard line.hasPrefix("520 ") else { return nil }
            usageLines = 0
        } else if line.hasPrefix("520-") {
            usageLines = 1
            return nil
        }
        return .response(try AGIResponse(line: line))
    }
}
