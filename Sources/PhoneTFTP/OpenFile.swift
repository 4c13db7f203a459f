// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import NIOCore

/// A regular file open for reading. Its calls block, so they belong on a thread pool.
final class OpenFile: Sendable {
    /// Why a file cannot be read.
    struct Failure: Error {
        let call: String
        let errnoCode: CInt
    }

    /// Bytes in the file when it was opened.
    let byteCount: UInt64
    private let descriptor: CInt

    init(path: String) throws(Failure) {
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
        byteCount = UInt64(clamping: status.st_size)
    }

    deinit {
        close(descriptor)
    }

    /// The bytes from an offset: as many as asked for, or fewer when the file ends before.
    func read(at offset: UInt64, byteCount: Int) throws(Failure) -> ByteBuffer {
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
