// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
public import ProvModel

/// The lines of the people, and the codes by which they make phones theirs.
public struct LineBook: Sendable {
    private let appliance: Appliance
    private let tenant: TenantID

    /// Makes the use case for a tenant's lines.
    public init(_ appliance: Appliance, tenant: TenantID) {
        self.appliance = appliance
        self.tenant = tenant
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
        let wantsRandomCode = draft.provisioningCode == nil
        return try await appliance.store.transaction { transaction in
            var line = line
            if wantsRandomCode { line.provisioningCode = try Self.freeCode(in: transaction) }
            try Self.checkClashes(of: line, in: transaction)
            try transaction.save(line)
            return line
        }
    }

    /// All lines of the tenant, by number.
    public func all() async throws -> [Line] {
        try await appliance.store.lines().filter { $0.tenant == tenant }
    }

    /// The line with a key, or `nil`.
    public func line(_ id: LineID) async throws -> Line? {
        try await appliance.store.line(id).flatMap { $0.tenant == tenant ? $0 : nil }
    }

    /// Removes a line. A device that has it goes back to autoprov.
    ///
    /// - Returns: Whether there was such a line.
    public func remove(_ id: LineID) async throws -> Bool {
        let tenant = tenant, now = appliance.now()
        return try await appliance.store.transaction { transaction in
            guard let line = try transaction.line(id), line.tenant == tenant else { return false }
            try transaction.delete(id)
            if let device = try line.device.flatMap(transaction.device) {
                let assignment = Assignment(now: now)
                try assignment.noteLoss(of: line, device, in: transaction)
                try assignment.settle(device, in: transaction)
            }
            return true
        }
    }

    private func line(of draft: Draft) throws -> Line {
        let allowed = Set("0123456789*#+")
        guard (1...32).contains(draft.number.count), draft.number.allSatisfy(allowed.contains) else {
            throw LineError("number", "a number has 1 to 32 of the characters 0-9 * # +")
        }
        guard (1...128).contains(draft.displayName.count), !draft.displayName.unicodeScalars.contains(where: { $0.value < 0x20 })
        else { throw LineError("display_name", "a name has 1 to 128 characters and no line breaks") }
        let username = draft.username ?? draft.number
        guard (1...64).contains(username.utf8.count), username.utf8.allSatisfy(isAccountCharacter) else {
            throw LineError("username", "a SIP user name has 1 to 64 letters, digits and - _ . + * #")
        }
        if let password = draft.password, !(8...128).contains(password.utf8.count) || !password.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            throw LineError("password", "a SIP password has 8 to 128 visible ASCII characters; leave it out and provd makes one")
        }
        if let code = draft.provisioningCode, !ProvisioningCode.isValid(code) {
            throw LineError("provisioning_code", "a provisioning code has 4 to 12 digits; leave it out and provd makes one")
        }
        if let server = draft.server, !(1...253).contains(server.host.utf8.count) || !server.host.utf8.allSatisfy(isHostCharacter) {
            throw LineError("server", "a server is a host name or an address")
        }
        return Line(
            id: LineID(Secrets.uuid()), tenant: tenant, number: draft.number, displayName: draft.displayName, username: username,
            password: draft.password ?? Secrets.password(), provisioningCode: draft.provisioningCode, server: draft.server)
    }

    private func isAccountCharacter(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "-_.+*#".utf8.contains(byte)
    }

    private func isHostCharacter(_ byte: UInt8) -> Bool { isLetterOrDigit(byte) || "-.:[]".utf8.contains(byte) }

    private func isLetterOrDigit(_ byte: UInt8) -> Bool {
        Unicode.Scalar(byte).properties.isAlphabetic && byte < 0x80 || (0x30...0x39).contains(byte)
    }

    private static func checkClashes(of line: Line, in transaction: any StoreTransaction) throws {
        if let code = line.provisioningCode, try transaction.line(code: code) != nil {
            throw LineError("provisioning_code", "code \(code) belongs to another line: leave it out and provd makes a free one")
        }
        if try transaction.lines(number: line.number).contains(where: { $0.tenant == line.tenant }) {
            throw LineError("number", "number \(line.number) has a line already: remove that one or choose another number")
        }
        let isTaken = try transaction.line(username: line.username) != nil || transaction.autoprovAccount(username: line.username) != nil
        if isTaken { throw LineError("username", "the SIP user name \(line.username) is taken: choose another") }
    }

    private static func freeCode(in transaction: any StoreTransaction) throws -> String {
        var generator = SystemRandomNumberGenerator()
        // With 10,000 lines one try in ninety clashes; a hundred clashes in a row mean that the digits are used up.
        for _ in 0..<100 {
            let code = ProvisioningCode.random(using: &generator)
            if try transaction.line(code: code) == nil { return code }
        }
        throw LineError("provisioning_code", "no free code of \(ProvisioningCode.length) digits was found: give one of more digits")
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
