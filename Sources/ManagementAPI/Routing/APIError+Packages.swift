// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
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
}
