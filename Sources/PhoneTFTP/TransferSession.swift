// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOPosix
import OpenFiles
import TFTP

/// One transfer on its event loop: turns datagrams and time into events of the ``TFTPTransfer``, and its actions into
/// datagrams.
final class TransferSession {
    private let client: SocketAddress
    private let channel: any Channel
    private let threadPool: NIOThreadPool
    private var transfer: TFTPTransfer
    private var content: Content
    /// The blocks to send as soon as the file's bytes are there.
    private var delayedBlocks: ClosedRange<UInt64>?
    /// Packets are put together here; the storage is used again when the socket is done with it.
    private var scratch = ByteBuffer()
    private var onFinish: ((TFTPTransferOutcome) -> Void)?

    private enum Content {
        case memory(ByteBuffer)
        case file(FileWindow)
    }

    /// - Parameters:
    ///   - channel: the socket to send from; closing it is the owner's business.
    ///   - onFinish: called once, at the end, on the event loop.
    init(
        client: SocketAddress, channel: any Channel, content: TransferContent, transfer: TFTPTransfer, threadPool: NIOThreadPool,
        onFinish: @escaping (TFTPTransferOutcome) -> Void
    ) {
        self.client = client
        self.channel = channel
        self.threadPool = threadPool
        self.transfer = transfer
        self.onFinish = onFinish
        switch content {
        case .memory(let bytes):
            self.content = .memory(bytes)
        case .file(let file):
            let windowByteCount = transfer.agreement.blockSize * transfer.agreement.windowSize
            self.content = .file(FileWindow(file: file, windowByteCount: windowByteCount))
        }
    }

    /// When ``tick(now:)`` has something to do.
    var deadline: Duration? { transfer.deadline }
}

// MARK: - Events

extension TransferSession {
    func begin() {
        perform(transfer.begin(now: .now))
        channel.flush()
    }

    /// A datagram of the client. What is sent in answer stays in the channel until it is flushed.
    func received(_ datagram: ByteBuffer) {
        // A packet that cannot be read is no reason to end a transfer: it may be damaged or forged.
        guard let packet = try? TFTPPacket(parsing: datagram.readableBytesUInt8Span) else { return }
        perform(transfer.received(packet, now: .now))
    }

    func tick(now: Duration) {
        perform(transfer.deadlineReached(now: now))
        channel.flush()
    }

    func requestRepeated(isIdentical: Bool) {
        perform(transfer.requestRepeated(isIdentical: isIdentical, now: .now))
        channel.flush()
    }

    func stop(reason: String) {
        perform(transfer.stop(reason: reason, now: .now))
        channel.flush()
    }
}

// MARK: - Actions

extension TransferSession {
    private func perform(_ action: TFTPTransfer.Action) {
        switch action {
        case .wait:
            break
        case .sendOptions(let packet):
            send(ByteBuffer(bytes: packet.serialized()))
            readAhead()
        case .sendBlocks(let blocks):
            send(blocks)
        case .finish(let outcome, let farewell):
            delayedBlocks = nil
            if let farewell { send(ByteBuffer(bytes: farewell.serialized())) }
            onFinish?(outcome)
            onFinish = nil
        }
    }

    private func send(_ datagram: ByteBuffer) {
        channel.write(AddressedEnvelope(remoteAddress: client, data: datagram), promise: nil)
    }

    private func send(_ blocks: ClosedRange<UInt64>) {
        let first = transfer.byteRange(ofBlock: blocks.lowerBound)
        let last = transfer.byteRange(ofBlock: blocks.upperBound)
        let range = first.lowerBound..<last.upperBound
        switch content {
        case .memory(let bytes):
            // The content fits in a ByteBuffer, so these conversions hold.
            let start = bytes.readerIndex + Int(range.lowerBound)
            if let slice = bytes.getSlice(at: start, length: Int(range.upperBound - range.lowerBound)) {
                write(slice, from: blocks)
            }
        case .file(var window):
            let slice = window.slice(range)
            content = .file(window)
            if let slice {
                delayedBlocks = nil
                write(slice, from: blocks)
            } else {
                delayedBlocks = blocks
            }
            readAhead()
        }
    }

    /// Writes a DATA packet for each block. All of them lie in one buffer, so that a window costs one allocation.
    private func write(_ bytes: ByteBuffer, from blocks: ClosedRange<UInt64>) {
        let blockSize = transfer.agreement.blockSize
        let count = Int(blocks.upperBound - blocks.lowerBound) + 1
        scratch.clear(minimumCapacity: bytes.readableBytes + count * TFTPPacket.dataHeaderByteCount)
        var rest = bytes
        for block in blocks {
            let start = scratch.writerIndex
            scratch.writeInteger(TFTPPacket.dataHeader(block: UInt16(truncatingIfNeeded: block)))
            if let payload = rest.readSlice(length: min(blockSize, rest.readableBytes)) {
                scratch.writeImmutableBuffer(payload)
            }
            if let datagram = scratch.getSlice(at: start, length: scratch.writerIndex - start) {
                send(datagram)
            }
        }
    }
}

// MARK: - Reading ahead

extension TransferSession {
    private func readAhead() {
        guard case .file(var window) = content, let read = window.nextRead() else { return }
        content = .file(window)
        threadPool.runIfActive(eventLoop: channel.eventLoop) {
            try read.file.read(at: read.offset, byteCount: read.byteCount)
        }.assumeIsolated().whenComplete { result in
            self.pieceRead(result)
        }
    }

    private func pieceRead(_ result: Result<ByteBuffer, any Error>) {
        guard onFinish != nil, case .file(var window) = content else { return }
        guard case .success(let piece) = result, window.append(piece) else {
            return stop(reason: "The file could not be read to its end.")
        }
        content = .file(window)
        if let delayedBlocks {
            send(delayedBlocks)
            channel.flush()
        }
    }
}

extension Duration {
    fileprivate static var now: Duration { NIODeadline.nowSinceStart }
}
