// SPDX-License-Identifier: GPL-3.0-or-later

/// The TFTP parser and the transfer under libFuzzer: the bytes are a datagram first, and then a series of events.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTFTP(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    if let packet = try? TFTPPacket(parsing: bytes.span) {
        // What is written again must be the same packet.
        guard (try? TFTPPacket(parsing: packet.serialized().span)) == packet else { fatalError("written packet differs") }
        if case .request(let request) = packet {
            if let path = try? request.relativePath(), path.utf8.split(separator: 0x2F).contains(where: { $0.elementsEqual("..".utf8) }) {
                fatalError("path leads out: \(path)")
            }
            driveTransfer(TFTPAgreement(answering: request.options, contentByteCount: 70_000, limits: TFTPOptionLimits()), bytes)
        }
    }
    driveTransfer(TFTPAgreement(), bytes)
    return 0
}

/// Feeds a transfer one event for every three bytes and checks that it never leaves its file.
private func driveTransfer(_ agreement: TFTPAgreement, _ bytes: [UInt8]) {
    var transfer = TFTPTransfer(contentByteCount: 70_000, agreement: agreement)
    var now = Duration.zero
    check(transfer.begin(now: now), transfer)
    for event in stride(from: 0, to: bytes.count - 2, by: 3) {
        let block = UInt16(bytes[event + 1]) << 8 | UInt16(bytes[event + 2])
        now += .milliseconds(Int64(bytes[event]) * 10)
        switch bytes[event] % 4 {
        case 0, 1: check(transfer.received(.acknowledgment(block: block), now: now), transfer)
        case 2: check(transfer.deadlineReached(now: now), transfer)
        default: check(transfer.requestRepeated(isIdentical: block % 2 == 0, now: now), transfer)
        }
    }
}

private func check(_ action: TFTPTransfer.Action, _ transfer: TFTPTransfer) {
    switch action {
    case .sendBlocks(let blocks):
        guard blocks.lowerBound >= 1, blocks.upperBound <= transfer.lastBlock, blocks.count <= transfer.agreement.windowSize else {
            fatalError("blocks out of bounds: \(blocks)")
        }
    case .finish:
        guard transfer.deadline == nil else { fatalError("a deadline after the end") }
    case .wait, .sendOptions:
        break
    }
}
