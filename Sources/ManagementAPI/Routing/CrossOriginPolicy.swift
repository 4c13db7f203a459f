// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes

/// From which places pages may use the API in a browser (the Fetch standard, 3.2). By default from nowhere else than provd itself.
public struct CrossOriginPolicy: Sendable, Equatable {
    /// For how long a browser need not ask again, in seconds: as long as the usual browsers remember it at the most.
    private static let maximumAge = 7_200
    /// What a page may send and see beside what every page may.
    private static let methods = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
    private static let sentHeaders =
        "Accept, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Origin, Wazo-Tenant, X-Auth-Token, X-Requested-With"
    private static let shownHeaders = "Content-Disposition, ETag, Location, Retry-After"

    private let origins: Set<String>

    /// No page of another place may.
    public static let none = CrossOriginPolicy(origins: [])

    private init(origins: Set<String>) { self.origins = origins }

    /// Lets pages of some origins in.
    ///
    /// - Parameter origins: Origins as browsers write them, such as `https://admin.example.net`; `*` for all.
    /// - Returns: `nil` if one is no origin.
    public init?(_ origins: [String]) {
        guard origins.allSatisfy({ $0 == "*" || Self.isOrigin($0) }) else { return nil }
        self.init(origins: Set(origins))
    }

    /// Whether a text is a scheme, a host and maybe a port, in the form in which browsers send it (RFC 6454, 6.2): compared is octet by octet.
    private static func isOrigin(_ text: String) -> Bool {
        for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
            let host = text.dropFirst(scheme.count)
            let usualPort = scheme == "http://" ? ":80" : ":443"
            return !host.isEmpty && !host.hasSuffix(usualPort)
                && host.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x3A).contains($0) || [0x2D, 0x2E, 0x5B, 0x5D].contains($0) }
        }
        return false
    }

    /// What is said to a browser that asks for a page of an origin.
    ///
    /// - Parameter isPreflight: Whether it asks before the request itself (`OPTIONS`).
    func headers(for origin: String?, isPreflight: Bool) -> HTTPFields {
        var fields = HTTPFields()
        guard !origins.isEmpty else { return fields }
        // Caches must not give one origin's answer to another.
        if !origins.contains("*") { fields[.vary] = "Origin" }
        guard let origin, origins.contains("*") || origins.contains(origin) else { return fields }
        fields[.accessControlAllowOrigin] = origins.contains("*") ? "*" : origin
        guard isPreflight else {
            fields[.accessControlExposeHeaders] = Self.shownHeaders
            return fields
        }
        fields[.accessControlAllowMethods] = Self.methods
        fields[.accessControlAllowHeaders] = Self.sentHeaders
        fields[.accessControlMaxAge] = String(Self.maximumAge)
        return fields
    }
}
