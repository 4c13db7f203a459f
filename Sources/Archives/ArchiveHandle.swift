// SPDX-License-Identifier: GPL-3.0-or-later

import CArchive
import Glibc

/// An archive that is being read. Not for use on two threads at once.
///
/// This file and `ReproducibleTar.swift` hold every call into libarchive. It is safe because the pointer never leaves the class,
/// which frees it when the last reference is gone, and because names and data are copied before the next call.
@safe final class ArchiveHandle {
    /// One entry's head.
    struct Entry {
        enum Kind {
            case file, directory, symbolicLink, hardLink, device, other
        }

        /// The name, or `nil` if it is not UTF-8.
        let name: String?
        let kind: Kind
        /// The length that the archive gives, if it gives one.
        let size: Int?
        let isEncrypted: Bool
    }

    private let pointer: OpaquePointer
    private let path: String

    /// Opens an archive of a known format, whatever it is compressed with.
    init(descriptor: Int32, path: String, format: ArchiveFormat) throws(ArchiveError) {
        guard let pointer = unsafe archive_read_new() else {
            throw ArchiveError(.failed, archive: path, reason: "no memory is left", remedy: "try again later")
        }
        unsafe self.pointer = unsafe pointer
        self.path = path
        // Only what is needed: each format and filter is a parser of its own. None that starts a program.
        switch format {
        case .tar:
            unsafe archive_read_support_format_tar(pointer)
            unsafe Self.support(compressionsOf: pointer)
        case .zip: unsafe archive_read_support_format_zip(pointer)
        case .rar:
            unsafe archive_read_support_format_rar(pointer)
            unsafe archive_read_support_format_rar5(pointer)
        case .sevenZip: unsafe archive_read_support_format_7zip(pointer)
        case .compressed:
            unsafe archive_read_support_format_raw(pointer)
            unsafe Self.support(compressionsOf: pointer)
        }
        guard unsafe archive_read_open_fd(pointer, descriptor, 64 << 10) == ARCHIVE_OK else {
            throw ArchiveError(
                .unreadable, archive: path, reason: "it is no \(format.words) (\(errorText))", remedy: "download it again, or correct the kind of archive")
        }
        if format == .compressed, unsafe archive_filter_code(pointer, 0) == 0 {
            throw ArchiveError(
                .unreadable, archive: path, reason: "it is not compressed with gzip, xz or bzip2", remedy: "download it again, or correct the kind of archive")
        }
    }

    deinit { unsafe archive_read_free(pointer) }

    private static func support(compressionsOf pointer: OpaquePointer) {
        unsafe archive_read_support_filter_gzip(pointer)
        unsafe archive_read_support_filter_xz(pointer)
        unsafe archive_read_support_filter_bzip2(pointer)
    }

    private var errorText: String {
        guard let text = unsafe archive_error_string(pointer) else { return "unknown reason" }
        return ArchivePath.printable(unsafe String(cString: text))
    }

    private var damage: ArchiveError {
        ArchiveError(.damaged, archive: path, reason: "it is damaged or ends early (\(errorText))", remedy: "download it again")
    }

    /// The next entry, or `nil` behind the last.
    func next() throws(ArchiveError) -> Entry? {
        var entry: OpaquePointer?
        let status = unsafe archive_read_next_header(pointer, &entry)
        if status == ARCHIVE_EOF { return nil }
        guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry = unsafe entry else { throw damage }
        return Entry(
            name: unsafe Self.name(of: entry), kind: unsafe Self.kind(of: entry),
            size: unsafe archive_entry_size_is_set(entry) != 0 ? Int(unsafe archive_entry_size(entry)) : nil,
            isEncrypted: unsafe archive_entry_is_encrypted(entry) != 0)
    }

    private static func name(of entry: OpaquePointer) -> String? {
        if let text = unsafe archive_entry_pathname_utf8(entry) { return unsafe String(validatingCString: text) }
        return unsafe archive_entry_pathname(entry).flatMap { unsafe String(validatingCString: $0) }
    }

    private static func kind(of entry: OpaquePointer) -> Entry.Kind {
        if unsafe archive_entry_hardlink(entry) != nil || archive_entry_hardlink_utf8(entry) != nil { return .hardLink }
        switch unsafe archive_entry_filetype(entry) {
        case Glibc.S_IFREG: return .file
        case Glibc.S_IFDIR: return .directory
        case Glibc.S_IFLNK: return .symbolicLink
        case Glibc.S_IFCHR, Glibc.S_IFBLK, Glibc.S_IFIFO, Glibc.S_IFSOCK: return .device
        default: return .other
        }
    }

    /// Reads on in the entry's data.
    ///
    /// - Returns: How many bytes there are in the buffer now; 0 behind the last.
    func read(into buffer: inout [UInt8]) throws(ArchiveError) -> Int {
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in unsafe archive_read_data(pointer, bytes.baseAddress, bytes.count) }
        guard count >= 0 else { throw damage }
        return count
    }
}

/// The kinds of archive that are read.
public enum ArchiveFormat: Sendable, Hashable {
    /// tar, plain or compressed with gzip, xz or bzip2.
    case tar
    case zip
    /// RAR, versions 1.5 to 5.
    case rar
    /// 7z, with one of the methods LZMA, LZMA2, PPMd, bzip2 and deflate.
    case sevenZip
    /// One file, compressed with gzip, xz or bzip2. It is unpacked under the archive's name without its ending.
    case compressed

    var words: String {
        switch self {
        case .tar: "tar archive"
        case .zip: "zip archive"
        case .rar: "rar archive"
        case .sevenZip: "7z archive"
        case .compressed: "compressed file"
        }
    }
}
