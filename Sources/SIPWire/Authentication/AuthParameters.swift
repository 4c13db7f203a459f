// SPDX-License-Identifier: GPL-3.0-or-later

/// The scheme and the comma-separated `name=value` list of an authentication header field
/// (RFC 3261 section 25.1, `challenge` and `credentials`).
struct AuthParameters: Sendable, Hashable {
    /// The most parameters. RFC 7616 names twelve for credentials; each costs a comparison with those before it, also of a stranger's.
    static let maximumCount = 32

    let scheme: String
    let parameters: SIPParameters

    init(_ header: SIPHeader) throws(SIPParseError) {
        var scanner = ByteScanner(header.bytes)
        guard let scheme = scanner.takeToken() else {
            throw SIPParseError(.headerValue, "Bad \(header.name)")
        }
        self.scheme = scheme
        scanner.skipSpace()
        var list: [SIPParameters.Parameter] = []
        repeat {
            guard let name = scanner.takeToken(), scanner.takeSeparator(UInt8(ascii: "=")) else {
                throw SIPParseError(.headerValue, "Bad \(header.name)")
            }
            guard list.count < Self.maximumCount else {
                throw SIPParseError(.headerValue, "Too Many Parameters in \(header.name)")
            }
            // A parameter that stands twice could be read one way here and another way elsewhere.
            guard !list.contains(where: { equalIgnoringASCIICase($0.name, name) }) else {
                throw SIPParseError(.repeatedHeader, "Repeated Parameter in \(header.name)")
            }
            if let value = scanner.takeQuotedString() {
                list.append(.init(name, value, isQuoted: true))
            } else {
                let value = scanner.take { SIPGrammar.isParameterValue($0) }
                guard !value.isEmpty else {
                    throw SIPParseError(.headerValue, "Bad \(header.name)")
                }
                list.append(.init(name, String(decoding: value, as: UTF8.self)))
            }
        } while scanner.takeSeparator(UInt8(ascii: ","))
        scanner.skipSpace()
        guard scanner.isAtEnd else {
            throw SIPParseError(.headerValue, "Bad \(header.name)")
        }
        parameters = SIPParameters(list)
    }
}
