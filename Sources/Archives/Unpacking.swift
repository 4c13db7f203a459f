// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// Unpacks archives that may be hostile.
///
/// Only files and directories come out: links, devices and pipes are refused, as are names that lead out of the directory, names
/// that occur twice, and more than the limits allow. It works in the calling thread and blocks: call it on a thread that may wait.
public struct Unpacking: Sendable {
    /// A file that was unpacked.
    public struct File: Sendable, Hashable {
        /// Its path below the directory, with slashes.
        public let path: String
        /// Its length in bytes.
        public let size: Int
    }

    /// What the archive may hold.
    public var limits: ArchiveLimits
    /// Whether unpacking goes on. It is asked after each block, with the bytes that were written so far.
    public var goesOn: @Sendable (_ bytesWritten: Int) -> Bool
    /// Takes the place of a full disk in tests: the error number with which the write of a block fails, or `nil`.
    package var refusedWrite: (@Sendable (_ bytesWritten: Int) -> Int32?)?

    /// Makes an unpacking within limits.
    public init(limits: ArchiveLimits, goesOn: @escaping @Sendable (_ bytesWritten: Int) -> Bool = { _ in true }) {
        self.limits = limits
        self.goesOn = goesOn
    }

    /// Unpacks an archive into an existing directory.
    ///
    /// After an error the directory may hold some of the files: remove it.
    ///
    /// - Parameters:
    ///   - path: The archive.
    ///   - directory: The directory; what is in it is never written over.
    ///   - wanted: Which files are written, by their path. The others are read over, but their names are checked too.
    /// - Returns: The files that were written, in the archive's order.
    public func unpack(
        _ path: String, format: ArchiveFormat, into directory: String, wanted: (_ path: String) -> Bool = { _ in true }
    ) throws(ArchiveError) -> [File] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ArchiveError(.unreadable, archive: path, reason: "it cannot be opened", remedy: "see that it exists and that provd may read it")
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ArchiveError(.unreadable, archive: path, reason: "it is no file", remedy: "name a file")
        }
        let locale = UTF8Locale()
        defer { locale.restore() }
        let handle = try ArchiveHandle(descriptor: descriptor, path: path, format: format)
        let target = try UnpackDirectory(directory, archive: path)
        var progress = Progress(limits: limits, archive: path, archiveLength: Int(status.st_size))
        var files: [File] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while let entry = try handle.next() {
            let name = format == .compressed ? Self.nameWithoutEnding(path) : entry.name
            guard let entryPath = try progress.admit(entry, named: name) else { continue }
            if entry.kind == .directory { continue }
            let isWanted = wanted(entryPath.text)
            let file = isWanted ? try target.makeFile(entryPath) : -1
            defer { if isWanted { close(file) } }
            var size = 0
            while case let count = try handle.read(into: &buffer), count > 0 {
                size += count
                try progress.add(count, to: entryPath, size: size)
                if isWanted { try write(buffer[..<count], to: file, path, entryPath, progress.totalBytes) }
                guard goesOn(progress.totalBytes) else {
                    throw ArchiveError(.cancelled, archive: path, reason: "unpacking was stopped", remedy: "start again")
                }
            }
            if isWanted { files.append(File(path: entryPath.text, size: size)) }
        }
        return files
    }

    private func write(_ bytes: ArraySlice<UInt8>, to file: Int32, _ archive: String, _ path: ArchivePath, _ total: Int) throws(ArchiveError) {
        var rest = bytes
        while !rest.isEmpty {
            let count: Int
            let number: Int32
            if let refusal = refusedWrite?(total) {
                (count, number) = (-1, refusal)
            } else {
                count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
                number = errno
            }
            if count < 0, number == EINTR { continue }
            guard count > 0 else {
                throw .system(number, archive: archive, entry: ArchivePath.printable(path.text), doing: "it cannot be written")
            }
            rest = rest.dropFirst(count)
        }
    }

    /// The name of what a compressed file holds: `fw.rom.gz` is `fw.rom`.
    private static func nameWithoutEnding(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? "data"
        for ending in [".gz", ".xz", ".bz2"] where name.count > ending.count && name.hasSuffix(ending) {
            return String(name.dropLast(ending.count))
        }
        return name
    }

    /// What came out of an archive so far, against the limits.
    private struct Progress {
        let limits: ArchiveLimits
        let archive: String
        let archiveLength: Int
        private var entries = 0
        private var seen: Set<ArchivePath> = []
        private(set) var totalBytes = 0

        init(limits: ArchiveLimits, archive: String, archiveLength: Int) {
            self.limits = limits
            self.archive = archive
            self.archiveLength = archiveLength
        }

        /// Checks an entry's head.
        ///
        /// - Returns: Its path, or `nil` for the directory itself.
        mutating func admit(_ entry: ArchiveHandle.Entry, named name: String?) throws(ArchiveError) -> ArchivePath? {
            entries += 1
            let shown = ArchivePath.printable(name ?? "?")
            guard entries <= limits.entries else { throw tooLarge(nil, "it holds more than \(limits.entries) entries") }
            guard let name else { throw hostile(shown, "its name is not UTF-8") }
            let path: ArchivePath?
            do throws(ArchivePath.Refusal) {
                path = try ArchivePath(name)
            } catch {
                throw hostile(shown, error.reason)
            }
            switch entry.kind {
            case .file: break
            case .directory: return path
            case .symbolicLink, .hardLink: throw hostile(shown, "it is a link")
            case .device: throw hostile(shown, "it is a device, a pipe or a socket")
            case .other: throw hostile(shown, "it is no file")
            }
            guard !entry.isEncrypted else {
                throw ArchiveError(.encrypted, archive: archive, entry: shown, reason: "it needs a password", remedy: "unpack it by hand")
            }
            guard let path else { throw hostile(shown, "it has no name") }
            guard seen.insert(path).inserted else { throw hostile(shown, "the archive holds its name twice") }
            if let size = entry.size, size > limits.entryBytes { throw tooLarge(shown, "it is longer than \(limits.entryBytes) bytes") }
            return path
        }

        mutating func add(_ count: Int, to path: ArchivePath, size: Int) throws(ArchiveError) {
            totalBytes += count
            guard size <= limits.entryBytes else {
                throw tooLarge(ArchivePath.printable(path.text), "it is longer than \(limits.entryBytes) bytes")
            }
            guard totalBytes <= limits.totalBytes else { throw tooLarge(nil, "it holds more than \(limits.totalBytes) bytes") }
            // Multiplication cannot overflow: files are shorter than 2^56 bytes.
            guard totalBytes <= max(limits.ratioFloor, archiveLength * limits.ratio) else {
                throw tooLarge(nil, "it unpacks to more than \(limits.ratio) times its length, as archives do that are made to fill disks")
            }
        }

        private func hostile(_ entry: String, _ reason: String) -> ArchiveError {
            ArchiveError(
                .hostileEntry, archive: archive, entry: entry, reason: reason,
                remedy: "do not use this archive; ask whoever made it for a sound one")
        }

        private func tooLarge(_ entry: String?, _ reason: String) -> ArchiveError {
            ArchiveError(.tooLarge, archive: archive, entry: entry, reason: reason, remedy: "do not use this archive, or unpack it by hand")
        }
    }
}
