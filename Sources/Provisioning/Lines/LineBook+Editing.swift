// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import PhonePlugins
public import ProvModel

extension LineBook {
    /// Changes a line. A phone that has it gets its configuration anew when it fetches it.
    ///
    /// - Parameter change: Changes the line; what is `provd`'s own in it (key, tenant, device) stays.
    /// - Returns: The line as it is now, or `nil` if there is none.
    /// - Throws: `LineError` if it is wrong or clashes with another line, `RevisionConflict`, else `StoreError`.
    public func update(
        _ id: LineID, expecting: ExpectedRevision = .any, _ change: @escaping @Sendable (inout Line) throws -> Void
    ) async throws -> Line? {
        let scope = scope, knows = knows, now = appliance.now()
        return try await countingForeignCodes {
            try await appliance.store.transaction { transaction in
                guard let former = try transaction.line(id), scope.holds(former.tenant) else { return nil }
                try expecting.check(former.revision)
                var line = former
                try change(&line)
                line.tenant = former.tenant
                line.device = former.device
                if line.provisioningCode != former.provisioningCode {
                    if line.provisioningCode != nil { try checkChoice() }
                    line.issue(code: line.provisioningCode, at: now)
                }
                guard line != former else { return former }
                try LineRules.check(line)
                try Self.checkClashes(of: line, knows, in: transaction)
                try transaction.save(line)
                if let device = try line.device.flatMap(transaction.device) { try Assignment(now: now).settle(device, in: transaction) }
                return line
            }
        }
    }

    /// Gives a line a new provisioning code; the one before is good for nothing from now on.
    ///
    /// - Returns: The line as it is now, or `nil` if there is none.
    public func renewCode(_ id: LineID, expecting: ExpectedRevision = .any) async throws -> Line? {
        let scope = scope, rules = appliance.settings.codes, now = appliance.now()
        return try await appliance.store.transaction { transaction in
            guard var line = try transaction.line(id), scope.holds(line.tenant) else { return nil }
            try expecting.check(line.revision)
            line.issue(code: try Self.freeCode(rules, in: transaction), at: now)
            try transaction.save(line)
            return line
        }
    }

    /// Puts a line on a device that has room for it, as if its code had been dialled there. The lines of a gateway may be
    /// those of several tenants; the gateway is the tenant's of its first line.
    ///
    /// - Returns: The line as it is now, or `nil` if there is none.
    /// - Throws: `LineError` if the line is on another device, or the device has as many lines as it can have.
    public func assign(_ id: LineID, to device: DeviceID, expecting: ExpectedRevision = .any) async throws -> Line? {
        let scope = scope, now = appliance.now(), catalog = appliance.plugins.catalog
        return try await appliance.store.transaction { transaction in
            guard let line = try transaction.line(id), scope.holds(line.tenant) else { return nil }
            try expecting.check(line.revision)
            guard let device = try transaction.device(device), scope.holds(device.tenant) else {
                throw LineError("device", "there is no such device")
            }
            if line.device == device.id { return line }
            guard line.device == nil else { throw LineError("device", "the line is on another device: reset that one first") }
            let count = try transaction.lines(on: device.id).count, most = Self.maximumLines(of: device, catalog)
            guard count < most else {
                throw LineError("device", count == 1 ? "the device has a line already: reset it first" : "the device has \(count) lines, as many as it can have")
            }
            try Assignment(now: now).assign(line, to: device, in: transaction)
            return try transaction.line(id)
        }
    }

    /// How many lines a device can have, as its plugin says; of one that the plugin does not know, one.
    private static func maximumLines(of device: Device, _ catalog: PluginCatalog) -> Int {
        guard let plugin = device.plugin.flatMap({ catalog[$0] }), let model = device.model.flatMap(plugin.manifest.model(named:)) else { return 1 }
        return max(1, model.lines ?? 1)
    }

    /// Takes a line off its device; others on it stay, and without any it goes back to autoprov.
    ///
    /// - Returns: The line as it is now, or `nil` if there is none.
    public func unassign(_ id: LineID, expecting: ExpectedRevision = .any) async throws -> Line? {
        let scope = scope, now = appliance.now()
        return try await appliance.store.transaction { transaction in
            guard let line = try transaction.line(id), scope.holds(line.tenant) else { return nil }
            try expecting.check(line.revision)
            guard let device = try line.device.flatMap(transaction.device) else { return line }
            try Assignment(now: now).take(line, from: device, in: transaction)
            return try transaction.line(id)
        }
    }

    /// Adds many lines, all of them or none.
    ///
    /// - Parameter isDryRun: Whether nothing is to be written.
    /// - Returns: The lines as they are now, or would be.
    /// - Throws: ``LineImportError`` with every problem up to the first code of another tenant, `LineError` if none may be chosen, else `StoreError`.
    public func add(_ drafts: [Draft], isDryRun: Bool) async throws -> [Line] {
        let tenant = scope.tenant, knows = knows, rules = appliance.settings.codes, now = appliance.now()
        if drafts.contains(where: { $0.provisioningCode != nil }) { try checkChoice() }
        do {
            return try await appliance.store.transaction { transaction in
                var problems: [LineImportError.Problem] = []
                var lines: [Line] = []
                for (index, draft) in drafts.enumerated() {
                    do {
                        lines.append(try Self.add(draft, for: tenant, knows, rules, now: now, in: transaction))
                    } catch let error as WrongLine {
                        problems += error.problems.map { .init(index: index, field: $0.field, text: $0.description) }
                    } catch let error as LineError {
                        problems.append(.init(index: index, field: error.field, text: error.description))
                    } catch let foreign as ForeignCode {
                        // A table of guesses tells of one.
                        problems.append(.init(index: index, field: foreign.error.field, text: foreign.error.description))
                        throw ForeignCodeInImport(problems: problems)
                    }
                }
                guard problems.isEmpty else { throw LineImportError(problems: problems) }
                // What was tried is undone with the transaction: the schema itself has then said that it would do.
                if isDryRun { throw DryRun(lines: lines) }
                return lines
            }
        } catch let dryRun as DryRun {
            return dryRun.lines
        } catch let foreign as ForeignCodeInImport {
            noteForeignCode()
            throw LineImportError(problems: foreign.problems)
        }
    }

    private struct DryRun: Error { let lines: [Line] }
    private struct ForeignCodeInImport: Error { let problems: [LineImportError.Problem] }
    private struct WrongLine: Error { let problems: [LineError] }

    private static func add(
        _ draft: Draft, for tenant: TenantID, _ knows: (TenantID) -> Bool, _ rules: CodeRules, now: Double, in transaction: any StoreTransaction
    ) throws -> Line {
        var line = Line(
            id: LineID(Secrets.uuid()), tenant: tenant, number: draft.number, displayName: draft.displayName,
            username: draft.username ?? draft.number, password: draft.password ?? Secrets.password(), provisioningCode: draft.provisioningCode,
            server: draft.server)
        let problems = LineRules.problems(of: line)
        guard problems.isEmpty else { throw WrongLine(problems: problems) }
        line.issue(code: try draft.provisioningCode ?? freeCode(rules, in: transaction), at: now)
        try checkClashes(of: line, knows, in: transaction)
        try transaction.save(line)
        return line
    }
}

/// Why lines could not be imported.
public struct LineImportError: Error, Sendable, Equatable {
    /// One problem of one line.
    public struct Problem: Sendable, Equatable {
        /// The line's place among those that were given, from 0.
        public var index: Int
        /// The member that is wrong.
        public var field: String
        /// What is wrong and what to do.
        public var text: String

        /// Makes a problem.
        public init(index: Int, field: String, text: String) {
            self.index = index
            self.field = field
            self.text = text
        }
    }

    /// All problems, in the order of the lines.
    public var problems: [Problem]

    /// Makes an error.
    public init(problems: [Problem]) { self.problems = problems }
}

extension Line {
    /// The state of the line, with its password: a change of it alone is a change.
    public var revision: DocumentRevision {
        DocumentRevision(
            of: [
                .string(id.description), .string(tenant.description), .string(number), .string(displayName), .string(username),
                .string(password), provisioningCode.map { .string($0) } ?? .null, server.map { .string($0.host) } ?? .null,
                server?.port.map { .int(Int($0)) } ?? .null, device.map { .string($0.description) } ?? .null,
                codeIssued.map { .double($0) } ?? .null, codeUsed.map { .double($0) } ?? .null,
            ])
    }
}
