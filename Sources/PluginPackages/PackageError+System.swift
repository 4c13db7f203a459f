// SPDX-License-Identifier: GPL-3.0-or-later

public import Archives
import Foundation
import Glibc

extension PackageError {
    /// What an archive's error means for a package.
    public init(_ error: ArchiveError) {
        let code: Code =
            switch error.code {
            case .noSpace: .noSpace
            case .cancelled: .cancelled
            case .failed: .failed
            case .unreadable, .damaged, .hostileEntry, .tooLarge, .encrypted: .malformed
            }
        self.init(code, error.archive + (error.entry.map { ", entry “\($0)”" } ?? ""), error.reason, remedy: error.remedy)
    }

    /// The error that a failed system call means.
    package static func system(_ number: Int32, _ subject: String, _ doing: String) -> PackageError {
        if number == ENOSPC || number == EDQUOT {
            return PackageError(.noSpace, subject, "no room is left on the disk", remedy: "make room, then try again; nothing was changed")
        }
        let words = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
        return PackageError(.failed, subject, "it \(doing): \(words)", remedy: "see that the disk is sound and that provd's user may write there")
    }

    /// The error that Foundation met with a file.
    package static func file(_ error: any Error, _ subject: String, _ doing: String) -> PackageError {
        guard let error = error as? CocoaError else { return PackageError(.failed, subject, "it \(doing): \(error)", remedy: "see that the disk is sound") }
        if let number = (error.underlying as? POSIXError)?.code.rawValue { return .system(number, subject, doing) }
        if error.code == .fileWriteOutOfSpace { return .system(ENOSPC, subject, doing) }
        return PackageError(.failed, subject, "it \(doing)", remedy: "see that the disk is sound and that provd's user may write there")
    }
}
