// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import ProvModel
import Synchronization

/// The backups of an appliance, in a directory of its own.
public struct BackupShelf: Sendable {
    /// One backup.
    public struct Backup: Sendable, Equatable {
        /// The name of the file.
        public let name: String
        /// Its size in bytes.
        public let size: Int
        /// When it was made, in seconds since 1970.
        public let time: Double
    }

    /// Reads a backup piece by piece.
    public final class Reader: Sendable {
        private let handle: Mutex<FileHandle>

        init(_ handle: sending FileHandle) { self.handle = Mutex(handle) }

        deinit { handle.withLock { try? $0.close() } }

        /// The next piece, or `nil` at the end.
        public func next(_ length: Int) throws -> [UInt8]? {
            try handle.withLock { try $0.read(upToCount: length).map(Array.init) }
        }
    }

    /// The most backups that are kept: the oldest go when there are more.
    private static let capacity = 30

    private let store: any ProvisioningStore
    private let directory: String
    private let staged: String
    private let now: @Sendable () -> Double
    private let check: @Sendable (String) throws -> Void

    /// Makes a shelf.
    ///
    /// - Parameters:
    ///   - directory: Where the backups are.
    ///   - staged: The file from which the database is restored when the daemon starts.
    ///   - check: Throws if a file is no sound backup.
    public init(_ appliance: Appliance, directory: String, staged: String, check: @escaping @Sendable (String) throws -> Void) {
        store = appliance.store
        now = appliance.now
        self.directory = directory
        self.staged = staged
        self.check = check
    }

    /// All backups, the newest first.
    public func all() throws -> [Backup] {
        guard FileManager.default.fileExists(atPath: directory) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: directory).compactMap(backup).sorted { $0.name > $1.name }
    }

    /// The newest backup in a directory, or `nil` if there is none.
    public static func newest(in directory: String) -> Backup? {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).compactMap { backup($0, in: directory) }.max { $0.name < $1.name }
    }

    /// Makes a backup, while others write. It is checked before it counts: copies of a damaged database must not push out sound ones.
    public func make() async throws -> Backup {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let time = Date(timeIntervalSince1970: now()).formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
        // Two within one second are two backups.
        let name = "provd-\(time)-\(Secrets.identifier().prefix(6)).db"
        let path = directory + "/" + name, part = path + ".part"
        do {
            try await store.backup(to: part)
            try check(part)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: part)
            try FileManager.default.moveItem(atPath: part, toPath: path)
        } catch {
            try? FileManager.default.removeItem(atPath: part)
            throw error
        }
        // The new one stays whatever its name says: the clock may have been set back.
        for old in try all().filter({ $0.name != name }).dropFirst(Self.capacity - 1) {
            try FileManager.default.removeItem(atPath: directory + "/" + old.name)
        }
        try removeLeftovers()
        guard let backup = backup(name) else { throw StoreError(.other, "the backup \(name) vanished while it was made") }
        return backup
    }

    /// Removes what an earlier provd began and did not finish.
    private func removeLeftovers() throws {
        let age = 86_400.0
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) where name.hasPrefix("provd-") && name.contains(".db.part") {
            let path = directory + "/" + name
            guard let time = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date else { continue }
            if abs(now() - time.timeIntervalSince1970) > age { try? FileManager.default.removeItem(atPath: path) }
        }
    }

    /// Deletes a backup.
    ///
    /// - Returns: Whether there was one.
    public func delete(_ name: String) throws -> Bool {
        guard backup(name) != nil else { return false }
        try FileManager.default.removeItem(atPath: directory + "/" + name)
        return true
    }

    /// Reads a backup, or `nil` if there is none of this name.
    public func reader(_ name: String) throws -> Reader? {
        guard backup(name) != nil, let handle = FileHandle(forReadingAtPath: directory + "/" + name) else { return nil }
        return Reader(handle)
    }

    /// Checks a backup, and puts it where the daemon finds it when it starts next.
    ///
    /// - Returns: Whether there is such a backup.
    public func stage(_ name: String) throws -> Bool {
        guard backup(name) != nil else { return false }
        let path = directory + "/" + name
        try check(path)
        // Copied under another name first: half a file must never be taken for the whole.
        let copy = staged + ".part"
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        if let handle = FileHandle(forUpdatingAtPath: copy) {
            try handle.synchronize()
            try handle.close()
        }
        try? FileManager.default.removeItem(atPath: staged)
        try FileManager.default.moveItem(atPath: copy, toPath: staged)
        return true
    }

    /// What is known of a file, if its name is one of ours.
    private func backup(_ name: String) -> Backup? { Self.backup(name, in: directory) }

    private static func backup(_ name: String, in directory: String) -> Backup? {
        let isOurs = name.hasPrefix("provd-") && name.hasSuffix(".db") && name.utf8.allSatisfy { byte in
            "-.".utf8.contains(byte) || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        guard isOurs, let attributes = try? FileManager.default.attributesOfItem(atPath: directory + "/" + name),
            let size = attributes[.size] as? Int, let time = attributes[.modificationDate] as? Date
        else { return nil }
        return Backup(name: name, size: size, time: time.timeIntervalSince1970)
    }
}
