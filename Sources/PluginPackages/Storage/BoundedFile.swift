// SPDX-License-Identifier: GPL-3.0-or-later

import Crypto
import Foundation
public import Glibc

/// Reading files that may be longer than expected, and writing so that a crash leaves the old content or the new.
public enum BoundedFile {
    /// The SHA-256 of bytes, in lower-case hexadecimal.
    public static func sha256(of bytes: [UInt8]) -> String { Hexadecimal.sha256(of: bytes) }

    /// Reads a file of bounded length.
    public static func read(_ path: String, limit: Int) throws(PackageError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno != ENOENT else { throw PackageError(.notFound, path, "it does not exist", remedy: "name a file that does") }
            throw .system(errno, path, "cannot be opened")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(errno, path, "cannot be read") }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw PackageError(.malformed, path, "it is longer than \(limit) bytes", remedy: "this is no file of its kind; look where it comes from")
            }
        }
    }

    /// The length and the sums of a file.
    ///
    /// - Parameter goesOn: Whether to read on; asked after each block.
    public static func sums(of path: String, goesOn: () -> Bool = { true }) throws(PackageError) -> FileSums {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno, path, "cannot be opened") }
        defer { close(descriptor) }
        var calculator = FileSums.Calculator()
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(errno, path, "cannot be read") }
            guard count > 0 else { return calculator.sums }
            calculator.add(buffer[..<count])
            guard goesOn() else { throw PackageError(.cancelled, path, "reading was stopped", remedy: "start again") }
        }
    }

    /// Writes a file in one step: after a crash it has the old content or the new.
    public static func replace(_ path: String, with bytes: [UInt8], mode: mode_t = 0o640) throws(PackageError) {
        let temporary = "\(path).\(UInt64.random(in: 0 ... .max)).new"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .system(errno, path, "cannot be written") }
        do throws(PackageError) {
            defer { close(descriptor) }
            try write(bytes[...], to: descriptor, path)
            guard fsync(descriptor) == 0 else { throw .system(errno, path, "cannot be written") }
        } catch {
            unsafe unlink(temporary)
            throw error
        }
        guard unsafe rename(temporary, path) == 0 else {
            let number = errno
            unsafe unlink(temporary)
            throw .system(number, path, "cannot be written")
        }
        try synchronise(directory: URL(filePath: path).deletingLastPathComponent().path)
    }

    /// Adds bytes at the end of a file, which is made if it is missing.
    public static func append(_ bytes: [UInt8], to path: String) throws(PackageError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw .system(errno, path, "cannot be written") }
        defer { close(descriptor) }
        try write(bytes[...], to: descriptor, path)
    }

    /// Writes all bytes to a descriptor.
    package static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32, _ path: String) throws(PackageError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(errno, path, "cannot be written") }
            rest = rest.dropFirst(count)
        }
    }

    /// Makes what was done in a directory survive a power cut.
    static func synchronise(directory: String) throws(PackageError) {
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno, directory, "cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system(errno, directory, "cannot be written") }
    }
}

/// The length of a file and its checksums, in lower-case hexadecimal.
public struct FileSums: Sendable, Hashable {
    /// The length in bytes.
    public let size: Int
    /// SHA-256.
    public let sha256: String
    /// SHA-1, which finds damage and not malice: some manufacturers give no other.
    public let sha1: String

    /// Takes a file piece by piece.
    public struct Calculator {
        private var size = 0
        private var sha256 = SHA256()
        private var sha1 = Insecure.SHA1()

        /// Begins.
        public init() {}

        /// Takes the next bytes.
        public mutating func add(_ bytes: ArraySlice<UInt8>) {
            size += bytes.count
            unsafe bytes.withUnsafeBytes { buffer in
                unsafe sha256.update(bufferPointer: buffer)
                unsafe sha1.update(bufferPointer: buffer)
            }
        }

        /// The sums of what was taken.
        public var sums: FileSums {
            FileSums(size: size, sha256: Hexadecimal.text(sha256.finalize()), sha1: Hexadecimal.text(sha1.finalize()))
        }
    }
}

extension Hexadecimal {
    static func sha256(of bytes: [UInt8]) -> String { text(SHA256.hash(data: bytes)) }
}
