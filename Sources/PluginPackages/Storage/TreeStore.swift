// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Glibc

/// Directories that come, change and go as a whole: after a crash at any moment each is as it was before or as it is after.
///
///     <root>/trees/acme-2@5c0e…/    a tree, written once and never changed
///     <root>/current/acme-2         a link to the tree that counts
///
/// A tree is written, made durable, and then one rename puts the link to it in the place of the old one. Trees to which no link
/// leads are remains: of a crash, or of a change before the last. One object changes a root at a time.
public struct TreeStore: Sendable {
    /// A tree that is being written.
    public struct Draft: Sendable {
        /// Its directory.
        public let path: String
    }

    private let root: String
    private var trees: String { root + "/trees" }
    private var links: String { root + "/current" }

    /// Opens a store, and makes it if it is missing.
    public init(root: String) throws(PackageError) {
        self.root = root
        for directory in [root + "/trees", root + "/current"] {
            do {
                try FileManager.default.createDirectory(
                    atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
            } catch {
                throw .file(error, directory, "cannot be made")
            }
        }
    }

    /// The trees that count, by name.
    public func current() throws(PackageError) -> [String: String] {
        var found: [String: String] = [:]
        for name in try Self.names(in: links) where !name.hasPrefix(".") {
            if let tree = target(of: name) { found[name] = tree }
        }
        return found
    }

    /// The tree that counts under a name, or `nil`.
    public func current(_ name: String) -> String? { target(of: name) }

    private func target(of name: String) -> String? {
        guard let destination = try? FileManager.default.destinationOfSymbolicLink(atPath: links + "/" + name) else { return nil }
        let tree = trees + "/" + (destination.split(separator: "/").last ?? "")
        var isDirectory: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: tree, isDirectory: &isDirectory), isDirectory.boolValue else { return nil }
        return tree
    }

    /// Begins a tree: an empty directory.
    public func draft(_ name: String) throws(PackageError) -> Draft {
        let path = "\(trees)/\(name)@\(String(UInt64.random(in: 0 ... .max), radix: 16))"
        guard unsafe mkdir(path, 0o750) == 0 else { throw .system(errno, path, "cannot be made") }
        return Draft(path: path)
    }

    /// Gives a tree up.
    public func discard(_ draft: Draft) { try? FileManager.default.removeItem(atPath: draft.path) }

    /// Lets a tree count in the place of the one before. When it returns, that survives a power cut.
    ///
    /// The tree before stays until the change after this one, so that who reads in it can finish.
    ///
    /// - Parameter name: Under which name it counts.
    public func commit(_ draft: Draft, as name: String) throws(PackageError) {
        try Self.synchronise(tree: draft.path)
        try BoundedFile.synchronise(directory: trees)
        let before = target(of: name)
        let link = "\(links)/.\(UInt64.random(in: 0 ... .max))"
        let destination = "../trees/" + (draft.path.split(separator: "/").last ?? "")
        guard unsafe symlink(destination, link) == 0 else { throw .system(errno, link, "cannot be made") }
        guard unsafe rename(link, "\(links)/\(name)") == 0 else {
            let number = errno
            unsafe unlink(link)
            throw .system(number, "\(links)/\(name)", "cannot be replaced")
        }
        try BoundedFile.synchronise(directory: links)
        try clean(keeping: before)
    }

    /// Lets a name go. When it returns, that survives a power cut.
    ///
    /// - Returns: Whether there was one.
    public func remove(_ name: String) throws(PackageError) -> Bool {
        let before = target(of: name)
        guard unsafe unlink("\(links)/\(name)") == 0 else {
            guard errno != ENOENT else { return false }
            throw .system(errno, "\(links)/\(name)", "cannot be removed")
        }
        try BoundedFile.synchronise(directory: links)
        try clean(keeping: before)
        return true
    }

    /// Removes what a crash left, and trees that count no more. To be done at start, and never while a draft is written.
    public func clean() throws(PackageError) { try clean(keeping: nil) }

    private func clean(keeping kept: String?) throws(PackageError) {
        for name in try Self.names(in: links) where name.hasPrefix(".") || target(of: name) == nil { unsafe unlink("\(links)/\(name)") }
        var used = Set(try current().values)
        if let kept { used.insert(kept) }
        for name in try Self.names(in: trees) where !used.contains("\(trees)/\(name)") {
            try? FileManager.default.removeItem(atPath: "\(trees)/\(name)")
        }
    }

    private static func names(in directory: String) throws(PackageError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        } catch {
            throw PackageError(.failed, directory, "it cannot be listed", remedy: "see that provd's user may read it")
        }
    }

    /// Writes every file and directory of a tree through to the disk.
    private static func synchronise(tree: String) throws(PackageError) {
        var directories = [tree]
        while let directory = directories.popLast() {
            for name in try names(in: directory) {
                let path = directory + "/" + name
                let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
                guard descriptor >= 0 else { throw .system(errno, path, "cannot be opened") }
                defer { close(descriptor) }
                var status = stat()
                guard unsafe fstat(descriptor, &status) == 0 else { throw .system(errno, path, "cannot be read") }
                if status.st_mode & S_IFMT == S_IFDIR {
                    directories.append(path)
                } else if fsync(descriptor) != 0 {
                    throw .system(errno, path, "cannot be written")
                }
            }
            try BoundedFile.synchronise(directory: directory)
        }
    }
}
