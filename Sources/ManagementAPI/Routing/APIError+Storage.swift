// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import ProvModel

extension APIError {
    /// The refusal that an error of the storage means: what is wrong with it, and when it is worth while to try again.
    init(_ error: StoreError) {
        switch error.code {
        case .full: self.init(.init(code: 507, reasonPhrase: "Insufficient Storage"), error.description)
        case .constraint: self.init(.conflict, "it would contradict what is stored: \(error.description)")
        case .busy: self.init(.serviceUnavailable, error.description, retryAfter: 5)
        case .readOnly, .corrupt, .other: self.init(.serviceUnavailable, error.description)
        }
    }
}
