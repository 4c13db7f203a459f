// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import OpenFiles

/// The piece of a file that a transfer is working on. Lives on the transfer's event loop.
///
/// Bytes that the system has in memory are taken at once; only a disk is waited for on a thread pool.
final class FileWindow {
    /// Bytes taken at one time, at least. With few, the pieces of many transfers stay in the processor's cache.
    private static let minimumPieceByteCount = 16 * 1024
    /// Bytes read from a disk at one time, at least.
    private static let minimumReadByteCount = 64 * 1024

    private let file: OpenFile
    private let pieceByteCount: Int
    /// The bytes in memory, from `start` of the file.
    private var bytes = ByteBuffer()
    private var start: UInt64 = 0
    /// Whether a piece is being read from the disk, to stand after the bytes in memory.
    private var isReading = false

    /// - Parameter windowByteCount: the most bytes that are asked for at one time.
    init(file: OpenFile, windowByteCount: Int) {
        self.file = file
        pieceByteCount = max(Self.minimumPieceByteCount, 2 * windowByteCount)
    }

    private var end: UInt64 { start + UInt64(bytes.readableBytes) }

    /// The bytes of a range, if they are in memory. Ranges must not go backwards: what lies before is forgotten.
    func slice(_ range: Range<UInt64>) -> ByteBuffer? {
        if range.lowerBound > start, range.lowerBound <= end {
            bytes.moveReaderIndex(forwardBy: Int(range.lowerBound - start))
            start = range.lowerBound
        }
        guard range.lowerBound == start else { return nil }
        if range.upperBound > end, !isReading { takeCached() }
        guard range.upperBound <= end else { return nil }
        return bytes.getSlice(at: bytes.readerIndex, length: Int(range.upperBound - range.lowerBound))
    }

    /// Fills the piece up with what the system has in memory.
    private func takeCached() {
        bytes.discardReadBytes()
        let room = UInt64(max(pieceByteCount - bytes.readableBytes, 0))
        _ = file.readCached(at: end, into: &bytes, byteCount: Int(min(room, file.byteCount - end)))
    }

    /// The read from the disk that should be under way by now, after the bytes of a range were not in memory.
    func nextRead() -> (file: OpenFile, offset: UInt64, byteCount: Int)? {
        guard !isReading, end < file.byteCount else { return nil }
        isReading = true
        return (file, end, Int(min(UInt64(max(Self.minimumReadByteCount, pieceByteCount)), file.byteCount - end)))
    }

    /// Takes in what the read has brought.
    ///
    /// - Returns: `false` if the file has become shorter since the transfer began.
    func append(_ piece: ByteBuffer) -> Bool {
        isReading = false
        guard piece.readableBytes > 0 else { return false }
        bytes.discardReadBytes()
        bytes.writeImmutableBuffer(piece)
        return true
    }
}
