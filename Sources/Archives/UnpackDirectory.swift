// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// A directory into which files are made, each step by descriptor and none through a link.
struct UnpackDirectory: ~Copyable {
    private let root: Int32
    private let archive: String

    /// Opens an existing directory.
    init(_ path: String, archive: String) throws(ArchiveError) {
        root = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        self.archive = archive
        guard root >= 0 else { throw .system(errno, archive: archive, doing: "the directory \(path) cannot be opened") }
    }

    deinit { if root >= 0 { close(root) } }

    /// Makes a directory and those above it; what is there already stays.
    func makeDirectory(_ path: ArchivePath) throws(ArchiveError) {
        close(try descend(path.components[...], for: path))
    }

    /// Makes a file for writing. What exists under the name is never written over.
    ///
    /// - Returns: A descriptor that the caller closes.
    func makeFile(_ path: ArchivePath) throws(ArchiveError) -> Int32 {
        let parent = try descend(path.components.dropLast(), for: path)
        defer { close(parent) }
        let file = unsafe openat(parent, path.components.last ?? "", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw refusal(errno, path) }
        return file
    }

    /// The descriptor of the directory of some names, which are made where they are missing.
    private func descend(_ names: ArraySlice<String>, for path: ArchivePath) throws(ArchiveError) -> Int32 {
        var current = fcntl(root, F_DUPFD_CLOEXEC, 0)
        guard current >= 0 else { throw refusal(errno, path) }
        for name in names {
            if unsafe mkdirat(current, name, 0o755) != 0, errno != EEXIST {
                let number = errno
                close(current)
                throw refusal(number, path)
            }
            let next = unsafe openat(current, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            let number = errno
            close(current)
            guard next >= 0 else { throw refusal(number, path) }
            current = next
        }
        return current
    }

    private func refusal(_ number: Int32, _ path: ArchivePath) -> ArchiveError {
        guard number == EEXIST || number == ENOTDIR || number == ELOOP else {
            return .system(number, archive: archive, entry: ArchivePath.printable(path.text), doing: "it cannot be made")
        }
        return ArchiveError(
            .hostileEntry, archive: archive, entry: ArchivePath.printable(path.text), reason: "the archive holds its name twice",
            remedy: "do not use this archive; ask whoever made it for a sound one")
    }
}
