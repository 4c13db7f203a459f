// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import Foundation
import Logging

/// A backup that takes the place of the database when the daemon starts: then nobody has the old one open.
enum StagedRestore {
    /// Where the backup waits.
    static func path(_ stateDirectory: String) -> String { stateDirectory + "/restore.db" }

    /// Puts a backup in place that waits. The database before it is kept beside it.
    ///
    /// - Throws: `ConfigurationProblem` if the backup is not sound; the database is untouched then.
    static func apply(_ stateDirectory: String, _ logger: Logger) throws(ConfigurationProblem) {
        let staged = path(stateDirectory), database = stateDirectory + "/provd.db"
        let files = FileManager.default
        guard files.fileExists(atPath: staged) else { return }
        do {
            try SQLiteStore.check(backup: staged)
        } catch {
            throw ConfigurationProblem("the backup that was to be restored is not sound: \(error); remove \(staged), and provd starts with the database as it is")
        }
        let kept = database + ".before-restore-\(Int(Date().timeIntervalSince1970))"
        do {
            // What stands in the journal belongs to the old database and must go with it, or it would be written into the new one.
            for suffix in ["-wal", "-shm", ""] where files.fileExists(atPath: database + suffix) {
                try files.moveItem(atPath: database + suffix, toPath: kept + suffix)
            }
            try files.moveItem(atPath: staged, toPath: database)
        } catch {
            throw ConfigurationProblem("the backup could not be put in place of \(database): \(error); the database before it is \(kept)")
        }
        logger.notice("a backup was restored", metadata: ["before": "\(kept)"])
    }
}
