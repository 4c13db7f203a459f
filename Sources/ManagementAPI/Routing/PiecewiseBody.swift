// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import HummingbirdCore
import NIOCore

/// A body of any length that is made piece by piece, so that it costs the memory of one.
protocol PiecewiseBody: Sendable {
    /// Appends the next piece.
    ///
    /// - Returns: Whether more follows.
    mutating func writePiece(to bytes: inout [UInt8]) async throws -> Bool
}

extension APIResponse {
    /// How many bytes are held before the answer begins. What is no longer is an answer as any other, with its length; and what goes wrong until
    /// then is told by its status.
    private static let heldByteCount = 256 * 1_024

    /// An answer whose body is made while the client reads it, if it is long.
    static func pieces(_ body: some PiecewiseBody, _ mediaType: String, fileName: String? = nil) async throws -> APIResponse {
        var body = body, bytes: [UInt8] = [], hasMore = true
        while hasMore, bytes.count < heldByteCount { hasMore = try await body.writePiece(to: &bytes) }
        let (beginning, rest) = (bytes, body)
        let content: RawBody =
            hasMore
            ? .stream { writer in
                try await writer.write(ByteBuffer(bytes: beginning))
                var body = rest, hasMore = true
                while hasMore {
                    var bytes: [UInt8] = []
                    hasMore = try await body.writePiece(to: &bytes)
                    if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
                }
            } : .bytes(beginning)
        return APIResponse(status: .ok, mediaType: mediaType, rawBody: content, fileName: fileName)
    }
}
