// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import ProvModel

/// What holds for the files of one tenant's devices.
struct AccessRules: Sendable, Equatable {
    /// Who may fetch files with credentials.
    let access: FileAccessPolicy
    /// Until when enrolment is open, if the tenant or one above it says so, in seconds since 1970.
    let enrolmentEnds: Double?
}

extension Appliance {
    /// What a tenant says of files with credentials, else the tenants above it, else the configuration.
    func accessRules(of tenant: TenantID?) async throws(StoreError) -> AccessRules {
        guard let tenant else { return AccessRules(access: settings.fileAccess, enrolmentEnds: nil) }
        let tree = try await store.tenants()
        let path = tree.pathToRoot(of: tenant).compactMap { tree[$0] }
        let access = path.lazy.compactMap { $0.fileAccess.flatMap(FileAccessPolicy.init(rawValue:)) }.first
        return AccessRules(access: access ?? settings.fileAccess, enrolmentEnds: path.lazy.compactMap(\.enrolmentEnds).first)
    }

    /// The request without a provisioning key in its path.
    func unlocked(_ request: PhoneFileRequest) async throws(StoreError) -> PhoneFileRequest {
        request.unlocked(with: try await store.provisioningKeys())
    }

    /// The key that stands in the addresses by which a device comes back: its tenant's, if that demands it.
    func urlKey(of device: Device) async throws(StoreError) -> String? {
        guard try await accessRules(of: device.tenant).access == .key else { return nil }
        return try await store.provisioningKeys().first { $0.value == device.tenant }?.key
    }
}

extension JSONObject {
    /// Parameters whose address of provd ends in a provisioning key.
    func with(urlKey key: String?) -> JSONObject {
        guard let key, let address = self["http_base_url"]?.string else { return self }
        var result = self
        result["http_base_url"] = .string("\(address)/\(key)")
        return result
    }
}
