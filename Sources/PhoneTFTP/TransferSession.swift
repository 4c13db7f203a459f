// SPDX-License-Identifier: GPL-3.0-or-later

import Datagrams
import NIOCore
import NIOPosix
import OpenFiles
import TFTP

/// One transfer on its event loop: turns datagrams and time into events of the ``TFTPTransfer``, and its actions into
/// datagrams.
final class TransferSession {
    private let client: DatagramDestination
    private let sender: DatagramSender
    private let eventLoop: any EventLoop
    private let threadPool: NIOThreadPool
    private var transfer: TFTPTransfer
    private var content: Content
    /// The blocks to send as soon as the file's bytes are there.
    private var delayedBlocks: ClosedRange<UInt64>?
    private var onFinish: ((TFTPTransferOutcome) -> Void)?

    private enum Content {
        case memory(ByteBuffer)
        case file(FileWindow)
    }

    /// - Parameters:
    ///   - sender: of the socket to send from.
    ///   - onFinish: called once, at the end, on the event loop.
    init(
        client: DatagramDestination, sender: DatagramSender, eventLoop: any EventLoop, content: TransferContent,
        transfer: TFTPTransfer, threadPool: NIOThreadPool, onFinish: @escaping (TFTPTransferOutcome) -> Void
    ) {
        self.client = client
        self.sender = sender
        self.eventLoop = eventLoop
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
        sender.flush()
    }

    /// A datagram of the client. What is sent in answer waits until the sender is flushed.
    func received(_ datagram: ByteBuffer) {
        // A packet that cannot be read is no reason to end a transfer: it may be damaged or forged.
        guard let packet = try? TFTPPacket(parsing: datagram.readableBytesUInt8Span) else { return }
        perform(transfer.received(packet, now: .now))
    }

    func tick(now: Duration) {
        perform(transfer.deadlineReached(now: now))
        sender.flush()
    }

    func requestRepeated(isIdentical: Bool) {
        perform(transfer.requestRepeated(isIdentical: isIdentical, now: .now))
        sender.flush()
    }

    func stop(reason: String) {
        perform(transfer.stop(reason: reason, now: .now))
        sender.flush()
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
            prepareFirstBlock()
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
        sender.write(datagram, to: client)
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
        case .file(let window):
            if let slice = window.slice(range) {
                delayedBlocks = nil
                write(slice, from: blocks)
            } else {
                delayedBlocks = blocks
                read(window)
            }
        }
    }

    /// Writes a DATA packet for each block. A window leaves as one piece where the system can cut it into datagrams.
    private func write(_ bytes: ByteBuffer, from blocks: ClosedRange<UInt64>) {
        let blockSize = transfer.agreement.blockSize
        sender.write(to: client, segmentByteCount: TFTPPacket.dataHeaderByteCount + blockSize) { datagrams in
            var rest = bytes
            for block in blocks {
                datagrams.writeInteger(TFTPPacket.dataHeader(block: UInt16(truncatingIfNeeded: block)))
                if let payload = rest.readSlice(length: min(blockSize, rest.readableBytes)) {
                    datagrams.writeImmutableBuffer(payload)
                }
            }
        }
    }
}

// MARK: - Reading

extension TransferSession {
    /// Uses the time until the client has taken note of the options, if the disk has to be asked.
    private func prepareFirstBlock() {
        guard case .file(let window) = content, window.slice(transfer.byteRange(ofBlock: 1)) == nil else { return }
        read(window)
    }

    private func read(_ window: FileWindow) {
        guard let read = window.nextRead() else { return }
        threadPool.runIfActive(eventLoop: eventLoop) {
            try read.file.read(at: read.offset, byteCount: read.byteCount)
        }.assumeIsolated().whenComplete { result in
            self.pieceRead(result)
        }
    }

    private func pieceRead(_ result: Result<ByteBuffer, any Error>) {
        guard onFinish != nil, case .file(let window) = content else { return }
        guard case .success(let piece) = result, window.append(piece) else {
            return stop(reason: "The file could not be read to its end.")
        }
        if let delayedBlocks {
            send(delayedBlocks)
            sender.flush()
        }
    }
}

extension Duration {
    fileprivate static var now: Duration { NIODeadline.nowSinceStart }
}
