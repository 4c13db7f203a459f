// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import ProvModel

/// What concerns the whole appliance, and with it every tenant: only tokens of its own tenant may do it, whatever they allow.
///
/// A token that may do everything for one tenant could otherwise read the passwords of all, or change what all phones run.
/// Where wazo-auth keeps the tokens it alone decides: wazo-provd's clients act with one token for every tenant.
enum ApplianceReach {
    /// What only the appliance's own tenant may see and change: documents and files that hold what belongs to everybody.
    private static let whole = ["/0.2/cfg_mgr", "/1.0/configs", "/1.0/backups", "/1.0/repositories", "/1.0/dhcp", "/1.0/doctor", "/1.0/pbx", "/metrics"]
    /// What everybody may see and only the appliance's own tenant may change: what is installed and set for all, and what is said
    /// of devices whoever has them.
    private static let changes = [
        "/0.2/pg_mgr", "/0.2/configure", "/0.2/dev_mgr/dhcpinfo", "/1.0/plugins", "/1.0/packages", "/1.0/sightings", "/1.0/parameters", "/1.0/templates",
    ]
    /// What lies below those and concerns one tenant only.
    private static let exceptions = ["/1.0/dhcp/advice", "/0.2/configure/provisioning_key"]

    /// Whether a request concerns all tenants.
    ///
    /// - Parameters:
    ///   - method: the method of the route.
    ///   - path: the path of the request, decoded and cut at its slashes.
    static func concerns(_ method: HTTPRequest.Method, _ path: [String]) -> Bool {
        let path = "/" + path.joined(separator: "/")
        func lies(below place: String) -> Bool { path == place || path.hasPrefix(place + "/") }
        if exceptions.contains(where: lies) { return false }
        return whole.contains(where: lies) || (method != .get && changes.contains(where: lies))
    }
}
