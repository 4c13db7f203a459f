// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOPosix
import OpenFiles

/// The piece of a file that a transfer is working on, read ahead on a thread pool. Lives on the transfer's event loop.
struct FileWindow {
    /// Bytes read at one time, at least.
    private static let minimumPieceByteCount = 64 * 1024

    private let file: OpenFile
    private let pieceByteCount: Int
    /// The bytes in memory, from `start` of the file.
    private var bytes = ByteBuffer()
    private var start: UInt64 = 0
    /// Whether a piece is being read, after the bytes in memory.
    private var isReading = false

    /// - Parameter windowByteCount: the most bytes that are asked for at one time.
    init(file: OpenFile, windowByteCount: Int) {
        self.file = file
        pieceByteCount = max(Self.minimumPieceByteCount, 2 * windowByteCount)
    }

    private var end: UInt64 { start + UInt64(bytes.readableBytes) }

    /// The bytes of a range, if they are in memory. Ranges must not go backwards: what lies before is forgotten.
    mutating func slice(_ range: Range<UInt64>) -> ByteBuffer? {
        if range.lowerBound > start, range.lowerBound <= end {
            bytes.moveReaderIndex(forwardBy: Int(range.lowerBound - start))
            start = range.lowerBound
        }
        guard range.lowerBound == start, range.upperBound <= end else { return nil }
        return bytes.getSlice(at: bytes.readerIndex, length: Int(range.upperBound - range.lowerBound))
    }

    /// The next read that should be under way by now, if any: when less than half a piece is left in memory.
    mutating func nextRead() -> (file: OpenFile, offset: UInt64, byteCount: Int)? {
        guard !isReading, end < file.byteCount, bytes.readableBytes < pieceByteCount / 2 else { return nil }
        isReading = true
        return (file, end, Int(min(UInt64(pieceByteCount), file.byteCount - end)))
    }

    /// Takes in what the read has brought.
    ///
    /// - Returns: `false` if the file has become shorter since the transfer began.
    mutating func append(_ piece: ByteBuffer) -> Bool {
        isReading = false
        guard piece.readableBytes > 0 else { return false }
        if bytes.readableBytes == 0 {
            bytes = piece
        } else {
            // A new buffer and not a growing one, so that what was sent is let go.
            var joined = ByteBufferAllocator().buffer(capacity: bytes.readableBytes + piece.readableBytes)
            joined.writeImmutableBuffer(bytes)
            joined.writeImmutableBuffer(piece)
            bytes = joined
        }
        return true
    }
}
