// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
public import ProvModel

/// The tenants of an appliance that keeps them itself.
public struct TenantBook: Sendable {
    private let appliance: Appliance

    /// The most tenants; each costs memory for as long as provd runs.
    private static let capacity = 10_000
    /// How deep the tree may be; real ones have three levels.
    private static let maximumDepth = 16

    /// Makes the use case.
    public init(_ appliance: Appliance) { self.appliance = appliance }

    /// What can be said of a tenant.
    public struct Draft: Sendable, Equatable {
        /// What people call it.
        public var name: String
        /// Who may fetch files with credentials; `nil` for what the tenant above it says.
        public var fileAccess: FileAccessPolicy?
        /// Until when enrolment is open, in seconds since 1970; `nil` for what the tenant above it says.
        public var enrolmentEnds: Double?

        /// Makes a draft.
        public init(name: String, fileAccess: FileAccessPolicy? = nil, enrolmentEnds: Double? = nil) {
            self.name = name
            self.fileAccess = fileAccess
            self.enrolmentEnds = enrolmentEnds
        }
    }

    /// What became of a request to delete a tenant.
    public enum Deletion: Sendable, Equatable {
        case deleted, notFound, isMain, hasTenantsBelow
    }

    /// All tenants.
    public func tree() async throws -> TenantTree { try await appliance.store.tenants() }

    /// Adds a tenant below another.
    ///
    /// - Throws: `DocumentError` if the draft is wrong, else `StoreError`.
    public func create(_ draft: Draft, below parent: TenantID) async throws -> Tenant {
        try check(draft)
        return try await appliance.store.transaction { transaction in
            let tree = try transaction.tenants()
            guard tree[parent] != nil else { throw DocumentError("parent_uuid", "there is no tenant \(parent)") }
            guard tree.tenants.count < Self.capacity else { throw DocumentError("parent_uuid", "there are \(Self.capacity) tenants, and no more are taken") }
            guard tree.pathToRoot(of: parent).count < Self.maximumDepth else {
                throw DocumentError("parent_uuid", "tenants are nested \(Self.maximumDepth) deep at the most")
            }
            let tenant = draft.applied(to: Tenant(id: TenantID(Secrets.uuid()), parent: parent, name: draft.name))
            try transaction.save(tenant)
            return tenant
        }
    }

    /// Changes a tenant's name and policies.
    ///
    /// - Returns: The tenant as it is now, or `nil` if there is none.
    /// - Throws: `DocumentError` if the draft is wrong, `RevisionConflict`, else `StoreError`.
    public func update(_ id: TenantID, expecting: ExpectedRevision = .any, _ change: @escaping @Sendable (inout Draft) throws -> Void) async throws -> Tenant? {
        try await appliance.store.transaction { transaction in
            guard let former = try transaction.tenants()[id] else { return nil }
            try expecting.check(former.revision)
            var draft = Draft(
                name: former.name, fileAccess: former.fileAccess.flatMap(FileAccessPolicy.init(rawValue:)), enrolmentEnds: former.enrolmentEnds)
            try change(&draft)
            try check(draft)
            let tenant = draft.applied(to: former)
            if tenant != former { try transaction.save(tenant) }
            return tenant
        }
    }

    /// Deletes a tenant with its devices, lines and tokens. One that has others below it is kept, and so is the appliance's own.
    public func delete(_ id: TenantID, expecting: ExpectedRevision = .any) async throws -> Deletion {
        try await appliance.store.transaction { transaction in
            let tree = try transaction.tenants()
            guard let tenant = tree[id] else { return .notFound }
            try expecting.check(tenant.revision)
            guard tenant.parent != nil else { return .isMain }
            guard !tree.tenants.contains(where: { $0.parent == id }) else { return .hasTenantsBelow }
            try Self.deleteContents(of: id, now: appliance.now(), in: transaction)
            try transaction.delete(id)
            return .deleted
        }
    }

    /// Deletes the devices, the lines and the provisioning key of a tenant that is no more.
    static func deleteContents(of id: TenantID, now: Double, in transaction: any StoreTransaction) throws {
        let lines = try transaction.lines(of: id)
        for line in lines {
            try transaction.delete(line.id)
            try HotDesk.forget(line.id, in: transaction)
        }
        for device in try transaction.devices(of: id) { try DeviceBook.delete(device, in: transaction) }
        // A gateway of another tenant must not go on with the accounts of this one.
        var seen: Set<DeviceID> = []
        for shared in lines.compactMap(\.device) where seen.insert(shared).inserted {
            guard let device = try transaction.device(shared) else { continue }
            let assignment = Assignment(now: now)
            for line in lines where line.device == shared { try assignment.noteLoss(of: line, device, in: transaction) }
            try assignment.settle(device, in: transaction)
        }
        try ApplianceParameters.forget(id, in: transaction)
    }

    private func check(_ draft: Draft) throws(DocumentError) {
        guard (1...128).contains(draft.name.count), !draft.name.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            throw DocumentError("name", "a tenant's name has 1 to 128 characters and no line breaks")
        }
        if let time = draft.enrolmentEnds, !(0...1e11).contains(time) {
            throw DocumentError("enrolment_ends", "enrolment_ends is null or a time in seconds since 1970")
        }
    }
}

extension TenantBook.Draft {
    fileprivate func applied(to tenant: Tenant) -> Tenant {
        Tenant(id: tenant.id, parent: tenant.parent, name: name, fileAccess: fileAccess?.rawValue, enrolmentEnds: enrolmentEnds)
    }
}

extension Tenant {
    /// The state of the tenant.
    public var revision: DocumentRevision {
        DocumentRevision(
            of: [
                .string(id.description), .string(name), fileAccess.map { .string($0) } ?? .null, enrolmentEnds.map { .double($0) } ?? .null,
            ])
    }
}
