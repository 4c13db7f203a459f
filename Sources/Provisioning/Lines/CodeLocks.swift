// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import Logging
public import NetTypes
public import ProvModel
import Synchronization

/// The one count of wrong codes and PINs of an appliance, by whatever way they come.
final class CodeGuardian: Sendable {
    private let state = Mutex(CodeGuard())

    /// Reads or changes the count.
    func access<Result: Sendable>(_ body: (inout CodeGuard) -> Result) -> Result { state.withLock { body(&$0) } }
}

extension Appliance {
    /// The setting that holds what was counted, so that a restart is no way round a lock.
    private static let countSetting = "codes.wrong"

    /// Takes up the count of wrong codes as it was when provd ended; to be called before any code is heard.
    public func recallWrongCodes() async throws(StoreError) {
        guard let text = try await store.setting(Self.countSetting), let written = try? JSONValue(parsing: text) else { return }
        codeGuard.access { $0 = CodeGuard(written: written) }
    }

    /// Counts a wrong code or PIN.
    func codeWasWrong(device: DeviceID, source: IPAddress?, now: Double) async {
        codeGuard.access { $0.wrong(device: device, source: source, now: now) }
        await writeWrongCodes()
    }

    /// Forgets the wrong codes of a device that dialled a right one.
    func codeWasRight(device: DeviceID) async {
        if codeGuard.access({ $0.right(device: device) }) { await writeWrongCodes() }
    }

    fileprivate func writeWrongCodes() async {
        do {
            // Read within the transaction: of two that come together the later one writes what both did.
            try await store.transaction { [codeGuard] transaction in
                try transaction.save(setting: Self.countSetting, codeGuard.access { $0.written }.text())
            }
        } catch {
            logger.error("wrong codes could not be written down, and a restart would forget them", metadata: ["reason": "\(error)"])
        }
    }
}

/// Someone of whom no code is heard for a while, because too many were wrong.
public struct CodeLock: Sendable, Equatable {
    /// Of whom no code is heard.
    public enum Subject: Sendable, Hashable {
        /// Of one device.
        case device(DeviceID)
        /// From one address, of whichever device.
        case source(IPAddress)
        /// Of nobody.
        case all

        /// The name by which the lock is lifted: `device-…`, `source-…` or `all`.
        public var name: String { CodeGuard.Key(self).name }
    }

    /// Of whom.
    public let subject: Subject
    /// Until when, in seconds since 1970.
    public let end: Double
    /// How often in a row it was locked; zero for the short wait after a wrong code.
    public let times: Int
}

/// The locks after wrong codes, and lifting them.
public struct CodeLocks: Sendable {
    private let appliance: Appliance
    private let scope: TenantScope
    private let seesAll: Bool

    /// Makes the use case.
    ///
    /// - Parameters:
    ///   - scope: The tenant and those below it: the locks of their devices are seen.
    ///   - seesAll: Whether the locks of addresses and of everybody are seen too. They are the appliance's, not a tenant's.
    public init(_ appliance: Appliance, scope: TenantScope, seesAll: Bool) {
        self.appliance = appliance
        self.scope = scope
        self.seesAll = seesAll
    }

    /// The locks that hold now, the longest first.
    public func all() async throws -> [CodeLock] {
        let now = appliance.now()
        let locked = appliance.codeGuard.access { $0.locked(now: now).map { CodeLock($0.key, $0.count) } }
        var seen: [CodeLock] = []
        for lock in locked where try await sees(lock.subject) { seen.append(lock) }
        return seen
    }

    /// Lifts a lock, and forgets the wrong codes that led to it. The audit log says who did it.
    ///
    /// - Parameter name: The name of its subject.
    /// - Returns: Whether there was such a lock.
    public func lift(_ name: String) async throws -> Bool {
        guard let lock = try await all().first(where: { $0.subject.name == name }) else { return false }
        let now = appliance.now()
        // Written before the lock is lifted: nothing is lifted of which the audit log knows nothing.
        try await appliance.store.transaction { try $0.save(setting: Self.lastLifted, "\(name) at \(Int(now))") }
        appliance.securityLog.notice("Lock after wrong codes lifted: \(name)")
        let isLifted = appliance.codeGuard.access { $0.lift(CodeGuard.Key(lock.subject), now: now) }
        await appliance.writeWrongCodes()
        return isLifted
    }

    /// The setting whose changes the audit log shows.
    private static let lastLifted = "lock.lifted"

    private func sees(_ subject: CodeLock.Subject) async throws -> Bool {
        guard case .device(let id) = subject else { return seesAll }
        return try await appliance.store.device(id)?.tenant.map(scope.holds) ?? seesAll
    }
}

extension CodeLock {
    fileprivate init(_ key: CodeGuard.Key, _ count: CodeGuard.Count) {
        let subject: Subject =
            switch key {
            case .device(let id): .device(id)
            case .source(let address): .source(address)
            case .all: .all
            }
        self.init(subject: subject, end: count.end, times: count.isLock ? count.locks : 0)
    }
}

extension CodeGuard.Key {
    fileprivate init(_ subject: CodeLock.Subject) {
        switch subject {
        case .device(let id): self = .device(id)
        case .source(let address): self = .source(address)
        case .all: self = .all
        }
    }
}
