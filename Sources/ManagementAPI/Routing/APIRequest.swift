// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText

/// A request as a handler sees it: authenticated, with its body read.
struct APIRequest: Sendable {
    /// The values of the path's parameters, percent-decoded.
    let parameters: [String: String]
    /// The first value of each query parameter, decoded.
    let query: [String: String]
    /// The body, for methods that have one.
    let body: JSONValue
    /// Who asks.
    let access: APIAccess

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
