// SPDX-License-Identifier: GPL-3.0-or-later

/// Where phones fetch their files: a URL as it is typed into a phone.
public struct ProvisioningServer: Sendable, Hashable {
    /// The host name or address.
    public let host: String
    /// The port of HTTP.
    public let httpPort: Int
    /// The port of TFTP.
    public var tftpPort: Int
    /// What stands before each path; empty, or beginning with a slash and without one at the end.
    public let prefix: String

    /// Reads `http://HOST[:PORT][/PREFIX]`, or `tftp://HOST`.
    ///
    /// - Returns: `nil` for anything else; HTTPS is not spoken.
    public init?(_ url: String, tftpPort: Int = 69) {
        guard let separator = url.firstRange(of: "://") else { return nil }
        let scheme = url[..<separator.lowerBound].lowercased()
        guard scheme == "http" || scheme == "tftp" else { return nil }
        let rest = url[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        var path = String(rest.dropFirst(authority.count))
        while path.hasSuffix("/") { path.removeLast() }
        var host = String(authority)
        var port: Int?
        let afterBracket = authority.lastIndex(of: "]").map { authority[authority.index(after: $0)...] } ?? authority[...]
        if let colon = afterBracket.lastIndex(of: ":") {
            guard let number = Int(authority[authority.index(after: colon)...]), (1...65_535).contains(number) else { return nil }
            port = number
            host = String(authority[..<colon])
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, !host.contains("@") else { return nil }
        self.host = host
        httpPort = scheme == "http" ? port ?? 80 : 80
        self.tftpPort = scheme == "tftp" ? port ?? tftpPort : tftpPort
        prefix = path
    }
}
