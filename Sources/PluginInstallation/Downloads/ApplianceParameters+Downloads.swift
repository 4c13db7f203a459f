// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import ProvModel
import Provisioning

extension ApplianceParameters {
    /// The text of a parameter that is the appliance's, or `nil` if it is not set.
    func text(of name: Name) async throws -> String? { try await value(of: name, for: TenantID("")).string }
}
