// SPDX-License-Identifier: GPL-3.0-or-later

/// One Via value: a hop that the request took and the way back (RFC 3261 section 20.42).
public struct Via: Sendable, Hashable, CustomStringConvertible {
    /// What every branch parameter of RFC 3261 begins with.
    public static let magicCookie = "z9hG4bK"

    /// The transport as written: `UDP`, `TCP`, `TLS`, …
    public var transport: String

    /// The host of `sent-by`, IPv6 addresses in brackets.
    public var host: String

    /// The port of `sent-by`; `nil` if the transport's own is meant.
    public var port: UInt16?

    /// The parameters: `branch`, `received`, `rport`, …
    public var parameters: SIPParameters

    /// Creates a Via value.
    public init(transport: String, host: String, port: UInt16? = nil, parameters: SIPParameters = SIPParameters()) {
        self.transport = transport
        self.host = host
        self.port = port
        self.parameters = parameters
    }

    /// The `branch` parameter.
    public var branch: String? { parameters["branch"] }

    /// The branch, if it names the transaction as RFC 3261 section 8.1.1.7 wants: the
    /// cookie and something unique after it.
    public var transactionBranch: String? {
        guard let branch, branch.utf8.count > Self.magicCookie.utf8.count, branch.hasPrefix(Self.magicCookie) else { return nil }
        return branch
    }

    /// Whether the sender asks for answers to the port it sent from (RFC 3581 section 3).
    public var asksForResponsePort: Bool { parameters.contains("rport") }

    /// The value as it stands in a message.
    public var description: String {
        "SIP/2.0/\(transport) \(host)" + (port.map { ":\($0)" } ?? "") + parameters.text
    }

    /// Notes where the request really came from: `received`, and `rport` if it was asked for
    /// (RFC 3261 section 18.2.1, RFC 3581 section 4).
    ///
    /// - Parameters:
    ///   - address: the source address, an IPv6 address without brackets.
    ///   - port: the source port.
    public mutating func noteSource(address: String, port: UInt16) {
        if asksForResponsePort {
            parameters.set("rport", "\(port)")
            parameters.set("received", address)
        } else if !equalIgnoringASCIICase(host, address), !equalIgnoringASCIICase(host, "[\(address)]") {
            parameters.set("received", address)
        }
    }

    /// Reads every Via value of a message, the topmost first.
    public static func list(_ headers: SIPHeaders) throws(SIPParseError) -> [Via] {
        var list: [Via] = []
        for field in headers.all("Via") {
            var scanner = ByteScanner(field.bytes)
            repeat {
                list.append(try Via(scanning: &scanner))
            } while scanner.takeSeparator(UInt8(ascii: ","))
            scanner.skipSpace()
            guard scanner.isAtEnd else {
                throw SIPParseError(.headerValue, "Unexpected Text in Via")
            }
        }
        return list
    }

    init(scanning scanner: inout ByteScanner) throws(SIPParseError) {
        scanner.skipSpace()
        guard let name = scanner.takeToken(), equalIgnoringASCIICase(name, "SIP"), scanner.takeSeparator(UInt8(ascii: "/")),
            let version = scanner.takeToken(), scanner.takeSeparator(UInt8(ascii: "/")), let transport = scanner.takeToken(),
            let space = scanner.peek, SIPGrammar.isSpace(space)
        else {
            throw SIPParseError(.headerValue, "Bad Protocol in Via")
        }
        guard version == "2.0" else {
            throw SIPParseError(.version, "Version Not Supported")
        }
        self.transport = transport
        scanner.skipSpace()
        do throws(SIPParseError) {
            (host, port) = try scanHostPort(&scanner)
        } catch {
            throw SIPParseError(.headerValue, "Bad Sent-By in Via")
        }
        parameters = try SIPParameters(scanning: &scanner)
    }
}
