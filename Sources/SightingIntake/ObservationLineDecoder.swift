// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore

/// Cuts a stream into lines.
struct ObservationLineDecoder: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    /// The longest line. An observation with every option at its largest has some 4 kB.
    static let maximumLength = 64 * 1_024

    /// A line has no end within the limit.
    struct LineTooLong: Error, CustomStringConvertible { let description = "a line is longer than \(maximumLength) bytes: it is no report" }

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            guard buffer.readableBytes <= Self.maximumLength else { throw LineTooLong() }
            return .needMoreData
        }
        let length = end - buffer.readerIndex
        guard length <= Self.maximumLength, let line = buffer.readSlice(length: length) else { throw LineTooLong() }
        buffer.moveReaderIndex(forwardBy: 1)
        context.fireChannelRead(Self.wrapInboundOut(line))
        return .continue
    }

    mutating func decodeLast(context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool) throws -> DecodingState {
        // A line without its end was cut off: the observer brings it again.
        .needMoreData
    }
}
