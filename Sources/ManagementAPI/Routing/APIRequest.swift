// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import HummingbirdCore
import JSONText
import ProvModel
import Provisioning

/// A request as a handler sees it: authenticated, with its body read.
struct APIRequest: Sendable {
    /// The values of the path's parameters, percent-decoded.
    let parameters: [String: String]
    /// The first value of each query parameter, decoded.
    let query: [String: String]
    /// The body, for methods that have one.
    let body: JSONValue
    /// Who asks; `nil` where no token was needed.
    let access: APIAccess?
    /// What the state of the document must be for a change to be made (the header `If-Match`).
    var expected = ExpectedRevision.any
    /// Whether the client said so, be it that any will do.
    var namesRevision = false
    /// The header `Last-Event-ID`: what a client saw last of a stream.
    var lastEventID: String?
    /// The header `Package-Signature`: the file of a package's signatures, in base64.
    var packageSignature: String?
    /// The bytes of the body, for routes that take a file.
    var file: RequestBody?

    /// For whom it asks: the tenant and all below it.
    func scope() async throws -> TenantScope {
        guard let access else { throw AccessRefusal.token }
        return try await access.scope()
    }

    /// The tenant for which it asks.
    func tenant() throws -> TenantID {
        guard let access else { throw AccessRefusal.token }
        return access.tenant
    }

    /// The value of a path parameter. Routes name the parameters that their handlers read.
    func parameter(_ name: String) -> String { parameters[name] ?? "" }

    /// The parts of a path, percent-decoded one by one; an empty last part stands for a slash at the end.
    ///
    /// - Returns: `nil` for what is no path, or has escapes that are no UTF-8.
    static func segments(of path: String) -> [String]? {
        guard path.hasPrefix("/") else { return nil }
        var segments: [String] = []
        for part in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let decoded = part.removingPercentEncoding else { return nil }
            segments.append(decoded)
        }
        return segments
    }

    /// The parameters of a query as forms write it: `+` is a space, as the clients of wazo-provd send it.
    ///
    /// Of parameters with one name the first counts. What cannot be decoded is taken as it is.
    static func parameters(ofQuery query: String?) -> [String: String] {
        var parameters: [String: String] = [:]
        for pair in (query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { part in
                let text = part.replacing("+", with: " ")
                return text.removingPercentEncoding ?? String(text)
            }
            guard let name = parts.first, parameters[name] == nil else { continue }
            parameters[name] = parts.dropFirst().first ?? ""
        }
        return parameters
    }
}
