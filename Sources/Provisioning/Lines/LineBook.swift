// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
public import ProvModel

/// The lines of the people, and the codes by which they make phones theirs.
public struct LineBook: Sendable {
    let appliance: Appliance
    let scope: TenantScope
    /// Whether the appliance's own administrators ask.
    let isAppliance: Bool

    /// Makes the use case for a tenant's lines, and those of all tenants below it. New lines are the tenant's own.
    ///
    /// - Parameter isAppliance: Whether the appliance's own administrators ask, who may know of all codes.
    public init(_ appliance: Appliance, scope: TenantScope, isAppliance: Bool = true) {
        self.appliance = appliance
        self.scope = scope
        self.isAppliance = isAppliance
    }

    /// What an administrator says of a new line. What is left out provd makes up.
    public struct Draft: Sendable {
        /// The number that others dial: digits, `*`, `#`, `+`.
        public var number: String
        /// The person's name as phones show it.
        public var displayName: String
        /// The SIP user name; the number if left out.
        public var username: String?
        /// The SIP password; a random one if left out.
        public var password: String?
        /// The provisioning code; a random one if left out.
        public var provisioningCode: String?
        /// Where the line registers; provd's own registrar if left out.
        public var server: SIPServer?

        /// Makes a draft.
        public init(
            number: String, displayName: String, username: String? = nil, password: String? = nil, provisioningCode: String? = nil,
            server: SIPServer? = nil
        ) {
            self.number = number
            self.displayName = displayName
            self.username = username
            self.password = password
            self.provisioningCode = provisioningCode
            self.server = server
        }
    }

    /// Adds a line.
    ///
    /// - Throws: `LineError` if the draft is wrong or clashes with another line, else `StoreError`.
    public func add(_ draft: Draft) async throws -> Line {
        let line = try line(of: draft)
        let rules = appliance.settings.codes, now = appliance.now(), knows = knows
        if draft.provisioningCode != nil { try checkChoice() }
        return try await countingForeignCodes {
            try await appliance.store.transaction { transaction in
                var line = line
                line.issue(code: try draft.provisioningCode ?? Self.freeCode(rules, in: transaction), at: now)
                try Self.checkClashes(of: line, knows, in: transaction)
                try transaction.save(line)
                return line
            }
        }
    }

    /// All lines, by number.
    public func all() async throws -> [Line] {
        try await appliance.store.lines().filter { scope.holds($0.tenant) }
    }

    /// A part of the lines by number, beginning after one of them.
    public func byNumber(after last: Line?, limit: Int) async throws -> [Line] {
        try await appliance.store.lines(of: scope.tree, after: last, limit: limit)
    }

    /// A part of the lines, oldest first.
    public func page(after position: Int64?, limit: Int) async throws -> Page<Line> {
        try await appliance.store.lines(PageQuery(tenants: scope.tree, after: position, limit: limit))
    }

    /// The lines on any of some devices.
    public func lines(on devices: [DeviceID]) async throws -> [Line] {
        try await appliance.store.lines(on: devices).filter { scope.holds($0.tenant) }
    }

    /// The line with a key, or `nil`.
    public func line(_ id: LineID) async throws -> Line? {
        try await appliance.store.line(id).flatMap { scope.holds($0.tenant) ? $0 : nil }
    }

    /// Removes a line. A device that has it goes back to autoprov.
    ///
    /// - Returns: Whether there was such a line.
    public func remove(_ id: LineID, expecting: ExpectedRevision = .any) async throws -> Bool {
        let scope = scope, now = appliance.now()
        return try await appliance.store.transaction { transaction in
            guard let line = try transaction.line(id), scope.holds(line.tenant) else { return false }
            try expecting.check(line.revision)
            try transaction.delete(id)
            try HotDesk.forget(id, in: transaction)
            if let device = try line.device.flatMap(transaction.device) {
                let assignment = Assignment(now: now)
                try assignment.noteLoss(of: line, device, in: transaction)
                try assignment.settle(device, in: transaction)
            }
            return true
        }
    }

    private func line(of draft: Draft) throws -> Line {
        let line = Line(
            id: LineID(Secrets.uuid()), tenant: scope.tenant, number: draft.number, displayName: draft.displayName,
            username: draft.username ?? draft.number, password: draft.password ?? Secrets.password(), provisioningCode: draft.provisioningCode,
            server: draft.server)
        try LineRules.check(line)
        return line
    }

    /// Whether somebody who asks may know of a tenant's lines.
    var knows: @Sendable (TenantID) -> Bool {
        { [scope, isAppliance] in isAppliance || scope.holds($0) }
    }

    static func checkClashes(of line: Line, _ knows: (TenantID) -> Bool, in transaction: any StoreTransaction) throws {
        if let code = line.provisioningCode, let other = try transaction.line(code: code), other.id != line.id {
            let foreign = ForeignCode(code: code)
            if knows(other.tenant) { throw foreign.error }
            throw foreign
        }
        if try transaction.lines(number: line.number).contains(where: { $0.tenant == line.tenant && $0.id != line.id }) {
            throw LineError("number", "number \(line.number) has a line already: remove that one or choose another number")
        }
        let holder = try transaction.line(username: line.username)
        let isTaken = try holder.map { $0.id != line.id } ?? (transaction.autoprovAccount(username: line.username) != nil)
        if isTaken { throw LineError("username", "the SIP user name \(line.username) is taken: choose another") }
    }

    static func freeCode(_ rules: CodeRules, in transaction: any StoreTransaction) throws -> String {
        var generator = SystemRandomNumberGenerator()
        // With 10,000 lines one try in ninety clashes; a hundred clashes in a row mean that the digits are used up.
        for _ in 0..<100 {
            if let code = rules.random(using: &generator), try transaction.line(code: code) == nil { return code }
        }
        throw LineError(
            "provisioning_code", "no free code of \(rules.length) digits was found: set codes.length to more, or give a code of more digits")
    }
}

/// Why a line cannot be as an administrator wants it.
public struct LineError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The member that is wrong.
    public let field: String
    /// What is wrong and what to do.
    public let description: String

    init(_ field: String, _ description: String) {
        self.field = field
        self.description = description
    }
}
