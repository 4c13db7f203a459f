// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB
import ProvModel

extension StoreError {
    /// Puts what SQLite says into words that tell what to do.
    init(_ error: any Error) {
        if let error = error as? StoreError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self.init(.other, "the database could not be used: \(error)")
            return
        }
        let message = error.message ?? "no reason given"
        switch error.resultCode {
        case .SQLITE_CONSTRAINT: self.init(.constraint, message)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.busy, "the database is locked by another process (\(message)): end it, or wait until it is done")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN:
            self.init(
                .readOnly,
                "the database cannot be written (\(message)): give provd's user write permission on the file and its folder")
        case .SQLITE_FULL, .SQLITE_IOERR:
            self.init(.full, "the disk is full or failing (\(message)): make room, then try again; what was acknowledged is safe")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(.corrupt, "the database is damaged (\(message)): stop provd and put the last backup back with “provd restore”")
        default: self.init(.other, "the database refused (\(error.resultCode.rawValue)): \(message)")
        }
    }

    /// The same, naming the file that was to be opened.
    init(opening path: String, _ error: any Error) {
        let reason = StoreError(error)
        self.init(reason.code, "\(path): \(reason.description)")
    }
}
