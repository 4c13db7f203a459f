// SPDX-License-Identifier: GPL-3.0-or-later

import CArchive
import Glibc

/// Writes tar.gz archives: the same files give the same bytes, whoever writes them and when.
public enum ReproducibleTar {
    /// One file of the archive.
    public struct Entry: Sendable {
        /// Its path, with slashes.
        public let path: String
        /// What is in it.
        public let bytes: [UInt8]

        /// Describes a file.
        public init(path: String, bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }

    /// The archive of some files, in the order given.
    ///
    /// Owners, times and modes are always the same. It works in memory.
    ///
    /// - Throws: `ArchiveError` for a name that is too long for the format.
    public static func gzipped(_ entries: [Entry]) throws(ArchiveError) -> [UInt8] {
        var tar: [UInt8] = []
        tar.reserveCapacity(entries.reduce(1_024) { $0 + $1.bytes.count + 1_024 })
        for entry in entries {
            tar += try head(of: entry)
            tar += entry.bytes
            tar += [UInt8](repeating: 0, count: (blockLength - entry.bytes.count % blockLength) % blockLength)
        }
        tar += [UInt8](repeating: 0, count: 2 * blockLength)
        // What gzip adds to what it cannot shorten, with a good deal to spare.
        var output = [UInt8](repeating: 0, count: tar.count + tar.count / 100 + (64 << 10))
        let used = unsafe output.withUnsafeMutableBytes { buffer in unsafe compress(tar, into: buffer) }
        guard let used else {
            throw ArchiveError(.failed, archive: "the package", reason: "it could not be compressed", remedy: "see that memory is left")
        }
        return Array(output[..<used])
    }

    // MARK: tar

    private static let blockLength = 512
    /// The beginning of 2000 in seconds since 1970, in octal: tar warns of files from 1970.
    private static let time = "07033241600"

    /// The head of an entry (POSIX.1-1988, “ustar”), which holds nothing of the machine that writes it.
    private static func head(of entry: Entry) throws(ArchiveError) -> [UInt8] {
        guard let (prefix, name) = split(entry.path), entry.bytes.count < 1 << 33 else {
            throw ArchiveError(
                .failed, archive: "the package", entry: ArchivePath.printable(entry.path), reason: "its path is too long for the format",
                remedy: "shorten it: a name has at most 100 bytes, the directories before it 155")
        }
        var head = [UInt8](repeating: 0, count: blockLength)
        func put(_ bytes: some Collection<UInt8>, at offset: Int) { head.replaceSubrange(offset..<(offset + bytes.count), with: bytes) }
        func octal(_ number: Int) -> String { String(String(number + 1 << 33, radix: 8).suffix(11)) }
        put(name, at: 0)
        put("0000644".utf8, at: 100)
        put("0000000".utf8, at: 108)
        put("0000000".utf8, at: 116)
        put(octal(entry.bytes.count).utf8, at: 124)
        put(time.utf8, at: 136)
        put("        0".utf8, at: 148)
        put("ustar\u{0}00".utf8, at: 257)
        put("0000000".utf8, at: 329)
        put("0000000".utf8, at: 337)
        put(prefix, at: 345)
        put((octal(head.reduce(0) { $0 + Int($1) }).suffix(6) + "\0 ").utf8, at: 148)
        return head
    }

    /// The two parts of a path, which is cut at a slash.
    private static func split(_ path: String) -> (prefix: [UInt8], name: [UInt8])? {
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, !bytes.contains(0) else { return nil }
        if bytes.count <= 100 { return ([], bytes) }
        guard let cut = bytes.indices.first(where: { bytes[$0] == UInt8(ascii: "/") && bytes.count - $0 - 1 <= 100 }), cut <= 155 else { return nil }
        return (Array(bytes[..<cut]), Array(bytes[(cut + 1)...]))
    }

    // MARK: gzip

    private static func compress(_ tar: [UInt8], into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard let archive = unsafe archive_write_new() else { return nil }
        defer { unsafe archive_write_free(archive) }
        guard let entry = unsafe archive_entry_new() else { return nil }
        defer { unsafe archive_entry_free(entry) }
        var used = 0
        unsafe archive_write_set_format_raw(archive)
        unsafe archive_write_add_filter_gzip(archive)
        guard unsafe archive_write_set_options(archive, "gzip:!timestamp,gzip:compression-level=9") == ARCHIVE_OK,
            // libarchive fills the last block up to the length of a tape's otherwise.
            unsafe archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK,
            unsafe archive_write_open_memory(archive, buffer.baseAddress, buffer.count, &used) == ARCHIVE_OK
        else { return nil }
        unsafe archive_entry_set_filetype(entry, UInt32(Glibc.S_IFREG))
        guard unsafe archive_write_header(archive, entry) == ARCHIVE_OK else { return nil }
        let written = unsafe tar.withUnsafeBytes { unsafe archive_write_data(archive, $0.baseAddress, $0.count) }
        guard written == tar.count, unsafe archive_write_close(archive) == ARCHIVE_OK else { return nil }
        return used
    }
}
