// SPDX-License-Identifier: GPL-3.0-or-later

import CSystemCalls
import Glibc
public import NIOCore

/// A regular file open for reading. Its calls block and belong on a thread pool, but for those that take what is cached.
public final class OpenFile: Sendable {
    /// Why a file cannot be read.
    public struct Failure: Error, Hashable {
        /// The system call that failed.
        public let call: String
        /// Its `errno`.
        public let errnoCode: CInt
    }

    /// What tells this state of the file from every other: a change, or another file in its place, has another.
    public struct Version: Sendable, Hashable {
        /// The number of the file in its file system.
        public let inode: UInt64
        /// When the file was last changed: whole seconds since 1970, and nanoseconds.
        public let seconds: Int
        public let nanoseconds: Int
    }

    /// Bytes between two samples of what is in memory: not more than Linux reads ahead at a time.
    private static let sampleDistance = 64 * 1024

    /// Bytes in the file when it was opened.
    public let byteCount: UInt64
    /// The state of the file when it was opened.
    public let version: Version
    private let descriptor: CInt

    /// Opens a file.
    ///
    /// - Throws: ``Failure`` when it cannot be read, or is a directory or device.
    public init(path: String) throws(Failure) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(call: "open", errnoCode: errno) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw Failure(call: "fstat", errnoCode: code)
        }
        // A FIFO or device in place of a file would hang or never end.
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Failure(call: "open", errnoCode: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
        }
        self.descriptor = descriptor
        version = Version(inode: UInt64(status.st_ino), seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
        byteCount = UInt64(clamping: status.st_size)
    }

    deinit {
        close(descriptor)
    }

    /// Appends the bytes from an offset that the system has in memory. This never waits for a disk.
    ///
    /// - Returns: how many there were. None means that they must be read with ``read(at:byteCount:)``: the disk has to be
    ///   asked, the file system cannot tell, or the file ends here.
    public func readCached(at offset: UInt64, into buffer: inout ByteBuffer, byteCount: Int) -> Int {
        guard byteCount > 0 else { return 0 }
        return unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: byteCount) { target in
            max(unsafe csystem_read_cached(descriptor, target.baseAddress, byteCount, Int64(clamping: offset)), 0)
        }
    }

    /// Hands bytes that the system has in memory to a socket, without taking them into the program.
    ///
    /// - Returns: how many the socket took. None means that it takes no more for the moment, or what ``readCached`` says.
    public func sendCached(_ range: Range<UInt64>, to socket: CInt) -> Int {
        var offset = off_t(clamping: range.lowerBound)
        return max(unsafe sendfile(socket, descriptor, &offset, cachedByteCount(range)), 0)
    }

    /// How many of the first bytes of a range are in memory. Samples tell, since a disk is read in larger pieces.
    private func cachedByteCount(_ range: Range<UInt64>) -> Int {
        var sample: UInt8 = 0
        for offset in stride(from: range.lowerBound, to: range.upperBound, by: Self.sampleDistance) {
            guard unsafe csystem_read_cached(descriptor, &sample, 1, Int64(clamping: offset)) == 1 else {
                return Int(clamping: offset - range.lowerBound)
            }
        }
        return range.count
    }

    /// The bytes from an offset: as many as asked for, or fewer when the file ends before.
    public func read(at offset: UInt64, byteCount: Int) throws(Failure) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: byteCount)
        while buffer.readableBytes < byteCount {
            let wanted = byteCount - buffer.readableBytes
            let position = off_t(clamping: offset + UInt64(buffer.readableBytes))
            var code: CInt = 0
            let count = unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { target in
                let count = unsafe pread(descriptor, target.baseAddress, wanted, position)
                if count < 0 { code = errno }
                return max(count, 0)
            }
            if code == EINTR { continue }
            guard code == 0 else { throw Failure(call: "pread", errnoCode: code) }
            if count == 0 { break }
        }
        return buffer
    }
}
