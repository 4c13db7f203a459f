// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Logging
import ManagementAPI
import ProvModel
import Provisioning
import WazoAuth

/// Who may use the management API, as the configuration says.
struct AccessControl {
    /// Checks tokens.
    let authority: any AccessAuthority
    /// Keeps step with tenants that are not ours, while the daemon runs; `nil` if there is nothing to do.
    let watch: (@Sendable () async -> Void)?
    /// Whether tenants and tokens are made and removed here.
    let keepsTenants: Bool

    /// Prepares what the configuration asks for.
    ///
    /// - Throws: `ConfigurationProblem` if wazo-auth is to be asked and has never been reached.
    static func prepare(_ configuration: ProvdConfiguration, _ appliance: Appliance) async throws -> AccessControl {
        let local = EmbeddedAuthority(appliance)
        guard let settings = configuration.access.wazoAuth else { return AccessControl(authority: local, watch: nil, keepsTenants: true) }
        guard let password = try? String(contentsOfFile: settings.passwordFile, encoding: .utf8) else {
            throw ConfigurationProblem("auth.password_file \(settings.passwordFile) cannot be read: write the password of provd's account at wazo-auth into it, with mode 0600")
        }
        let client = WazoAuthClient(
            base: settings.url, username: settings.username, password: password.trimmingCharacters(in: .whitespacesAndNewlines))
        let tenants = ForeignTenants(appliance)
        do throws(WazoAuthFailure) {
            let own = try await client.ownTenant()
            try await adopt(own, tenants, appliance)
        } catch {
            // Which tenant is ours is known from an earlier start; only on the first one there is no way on.
            guard try await appliance.store.setting(adoptedSetting) != nil else { throw ConfigurationProblem("\(error)") }
            appliance.logger.warning("the management API answers 503 until wazo-auth does", metadata: ["reason": "\(error)"])
        }
        return AccessControl(
            authority: WazoAuthority(client, local: local, now: appliance.now),
            watch: {
                await tenants.follow(every: .seconds(settings.pollSeconds)) {
                    try await client.tenants(below: try await client.ownTenant()).map { Tenant(id: $0.id, parent: $0.parent, name: $0.name) }
                }
            }, keepsTenants: false)
    }

    /// The setting that says that a tenant of wazo-auth is ours.
    private static let adoptedSetting = "wazo_auth_tenant"

    private static func adopt(_ own: TenantID, _ tenants: ForeignTenants, _ appliance: Appliance) async throws(WazoAuthFailure) {
        do {
            try await tenants.adopt(own)
            try await appliance.store.transaction { try $0.save(setting: adoptedSetting, own.description) }
        } catch {
            throw WazoAuthFailure("the tenant of provd's account could not be taken over: \(error)")
        }
    }
}
