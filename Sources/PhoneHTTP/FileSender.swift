// SPDX-License-Identifier: GPL-3.0-or-later

import HummingbirdCore
import NIOCore
import NIOPosix
import OpenFiles
import Synchronization

/// Sends files, no faster than the phones take them: straight from the system's memory where the connection allows it,
/// else in pieces, each read while the one before is on its way.
final class FileSender: Sendable {
    /// Bytes that the pieces of all downloads together may take, about.
    private static let memory = 32 << 20
    /// Bytes of one piece: fewer cost time, and with more the pieces leave the processor's cache before they are sent.
    private static let pieceByteCounts = (16 << 10)...(256 << 10)

    private let threadPool: NIOThreadPool
    private let stall: TimeAmount
    /// Downloads under way.
    private let downloads = Atomic(0)

    /// - Parameter stall: How long a phone may take nothing.
    init(threadPool: NIOThreadPool = .singleton, stall: Duration) {
        self.threadPool = threadPool
        self.stall = TimeAmount(stall)
    }

    /// Opens a file, away from the event loops.
    ///
    /// - Throws: `OpenFile.Failure`.
    func open(_ path: String) async throws -> OpenFile {
        try await threadPool.runIfActive { try OpenFile(path: path) }
    }

    /// The bytes of a file as the body of a response.
    ///
    /// - Parameter channel: the connection that the response goes to.
    func body(_ file: OpenFile, _ range: Range<Int>, on channel: any Channel) -> ResponseBody {
        if range.isEmpty { return ResponseBody() }
        return ResponseBody(contentLength: range.count) { [self] writer in
            let isSent = try await withTaskCancellationHandler {
                try await DirectFileTransfer.send(file, range, on: channel, threadPool: threadPool, stall: stall).get()
            } onCancel: {
                channel.close(promise: nil)
            }
            if isSent { return try await writer.finish(nil) }
            let count = downloads.add(1, ordering: .relaxed).newValue
            defer { downloads.subtract(1, ordering: .relaxed) }
            // Two pieces are in memory at a time: the one that is sent and the one that is read.
            let pieceByteCount = min(max(Self.memory / (2 * count), Self.pieceByteCounts.lowerBound), Self.pieceByteCounts.upperBound)
            var position = range.lowerBound
            var piece = try await read(file, position..<min(position + pieceByteCount, range.upperBound))
            while piece.readableBytes > 0 {
                position += piece.readableBytes
                let rest = position..<min(position + pieceByteCount, range.upperBound)
                async let next = read(file, rest)
                try await writer.write(piece)
                piece = try await next
            }
            // A file that has become shorter ends the connection: the phone must not take what it got for the whole.
            guard position == range.upperBound else { throw DirectFileTransfer.ShortFile() }
            try await writer.finish(nil)
        }
    }

    private func read(_ file: OpenFile, _ range: Range<Int>) async throws -> ByteBuffer {
        if range.isEmpty { return ByteBuffer() }
        return try await threadPool.runIfActive { try file.read(at: UInt64(range.lowerBound), byteCount: range.count) }
    }
}
