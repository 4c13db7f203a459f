// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import PhonePlugins
import PluginAuthoring
import PluginPackages

extension APIError {
    /// The refusal that an error of packages and repositories means.
    init(_ error: PackageError) {
        let status: HTTPResponse.Status =
            switch error.code {
            case .notFound: .notFound
            case .conflict: .conflict
            case .malformed, .mismatch, .untrusted, .outdated: .badRequest
            case .unreachable: .badGateway
            case .noSpace: .init(code: 507, reasonPhrase: "Insufficient Storage")
            case .cancelled, .failed: .internalServerError
            }
        self.init(status, error.description)
    }

    /// The refusal of a template, with its place for editors.
    init(_ error: AuthoringError) {
        var more = JSONObject()
        if let place = error.place {
            more = ["file": .string(place.file), "line": .int(place.line), "column": .int(place.column)]
        }
        self.init(error.place == nil ? .badRequest : .unprocessableContent, error.description, more: more)
    }
}
