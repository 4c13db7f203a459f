// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import Foundation
import Logging
import OpenFiles
import ProvModel
import Provisioning

/// What can be done about a database that provd cannot start with.
struct DatabaseRescue {
    let stateDirectory: String

    private var backups: String { stateDirectory + "/backups" }

    /// Opens the database.
    ///
    /// - Throws: `ConfigurationProblem` that names the file and, if it is damaged, the backup to put back. The file is left as it is.
    func open() throws(ConfigurationProblem) -> SQLiteStore {
        let path = stateDirectory + "/provd.db"
        do throws(StoreError) {
            if hasVanished(path) { throw StoreError(.corrupt, "\(path) is empty, but provd has been at work here: its contents were lost") }
            return try SQLiteStore(path: path)
        } catch {
            guard error.code == .corrupt else { throw ConfigurationProblem(error.description) }
            throw ConfigurationProblem("\(error.description). Nothing was changed of it. \(remedy)")
        }
    }

    /// An empty file is a new database for SQLite. At the first start that is true; later it hides a loss.
    private func hasVanished(_ path: String) -> Bool {
        let files = FileManager.default
        guard let size = try? files.attributesOfItem(atPath: path)[.size] as? Int, size == 0 else { return false }
        return BackupShelf.newest(in: backups) != nil || files.fileExists(atPath: stateDirectory + "/admin-token")
    }

    private var remedy: String {
        guard let backup = BackupShelf.newest(in: backups) else {
            return "There is no backup in \(backups): put back one that is kept elsewhere with “provd restore FILE”, or move the file away to begin anew"
        }
        let time = Date(timeIntervalSince1970: backup.time).formatted(.iso8601)
        return "“provd restore” puts back \(backups)/\(backup.name), which was made \(time)"
    }

    /// Puts a backup in place of the database, while no daemon runs.
    ///
    /// - Parameter file: The backup; `nil` for the newest one that provd made.
    /// - Returns: What was done, in words.
    /// - Throws: `ConfigurationProblem`; the database is untouched then.
    func restore(_ file: String?, _ logger: Logger) throws(ConfigurationProblem) -> String {
        let lock = try StateLock(directory: stateDirectory)
        defer { lock.release() }
        guard let source = file ?? BackupShelf.newest(in: backups).map({ backups + "/" + $0.name }) else {
            throw ConfigurationProblem("there is no backup in \(backups): name one that is kept elsewhere, as provd restore FILE")
        }
        let files = FileManager.default, staged = StagedRestore.path(stateDirectory), copy = staged + ".part"
        do {
            try SQLiteStore.check(backup: source)
        } catch {
            throw ConfigurationProblem("\(error); the database is as it was")
        }
        do {
            try? files.removeItem(atPath: copy)
            try files.copyItem(atPath: source, toPath: copy)
            // Root may do this; the daemon has to read it.
            var attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
            let owner = try files.attributesOfItem(atPath: stateDirectory)
            attributes[.ownerAccountID] = owner[.ownerAccountID]
            attributes[.groupOwnerAccountID] = owner[.groupOwnerAccountID]
            try files.setAttributes(attributes, ofItemAtPath: copy)
            if let handle = FileHandle(forUpdatingAtPath: copy) {
                try handle.synchronize()
                try handle.close()
            }
            try? files.removeItem(atPath: staged)
            try files.moveItem(atPath: copy, toPath: staged)
        } catch {
            throw ConfigurationProblem("\(source) cannot be copied to \(staged): \(FileFailure(error)); the database is as it was")
        }
        let kept = try StagedRestore.apply(stateDirectory, logger)
        return "\(source) was restored" + (kept.map { "; the database before it is \($0)" } ?? "") + ". Start provd now."
    }
}
