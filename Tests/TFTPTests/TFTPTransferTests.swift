// SPDX-License-Identifier: GPL-3.0-or-later

import TFTP
import Testing

/// A transfer with a clock that the test moves, and short words for its events.
private struct Harness {
    var transfer: TFTPTransfer
    var now: Duration = .seconds(100)

    init(size: UInt64, _ options: [(TFTPOption.Name, Int)] = [], limits: TFTPTransferLimits = TFTPTransferLimits()) {
        let options = options.map { TFTPOption(name: $0.0.rawValue, value: String($0.1)) }
        let agreement = TFTPAgreement(answering: options, contentByteCount: size, limits: TFTPOptionLimits())
        transfer = TFTPTransfer(contentByteCount: size, agreement: agreement, limits: limits)
    }

    mutating func begin() -> TFTPTransfer.Action { transfer.begin(now: now) }

    mutating func ack(_ block: UInt16, after wait: Duration = .milliseconds(10)) -> TFTPTransfer.Action {
        now += wait
        return transfer.received(.acknowledgment(block: block), now: now)
    }

    /// Lets the time pass until something must be done.
    mutating func timeout() -> TFTPTransfer.Action {
        guard let deadline = transfer.deadline else { return .wait }
        now = max(now, deadline)
        return transfer.deadlineReached(now: now)
    }
}

extension TFTPTransfer.Action {
    fileprivate var blocks: ClosedRange<UInt64>? {
        if case .sendBlocks(let blocks) = self { blocks } else { nil }
    }

    fileprivate var ending: TFTPTransferOutcome.Ending? { outcome?.ending }

    fileprivate var outcome: TFTPTransferOutcome? {
        if case .finish(let outcome, _) = self { outcome } else { nil }
    }

    fileprivate var farewell: TFTPPacket? {
        if case .finish(_, let packet) = self { packet } else { nil }
    }
}

@Suite struct LockStepTransferTests {
    @Test func blocksFollowTheirAcknowledgments() {
        var harness = Harness(size: 1200)
        #expect(harness.begin().blocks == 1...1)
        #expect(harness.ack(1).blocks == 2...2)
        #expect(harness.ack(2).blocks == 3...3)
        #expect(harness.transfer.byteRange(ofBlock: 3) == 1024..<1200)
        let end = harness.ack(3)
        #expect(end.ending == .completed)
        #expect(end.farewell == nil)
        #expect(end.outcome?.acknowledgedByteCount == 1200)
        #expect(end.outcome?.sentBlockCount == 3)
        #expect(end.outcome?.duration == .milliseconds(30))
        #expect(harness.transfer.deadline == nil)
    }

    @Test func aFileThatFillsItsBlocksEndsWithOneEmptyBlock() {
        var harness = Harness(size: 1024)
        _ = harness.begin()
        _ = harness.ack(1)
        #expect(harness.ack(2).blocks == 3...3)
        #expect(harness.transfer.byteRange(ofBlock: 3).isEmpty)
        #expect(harness.ack(3).ending == .completed)
        #expect(harness.ack(3) == .wait)
    }

    @Test func anEmptyFileIsOneEmptyBlock() {
        var harness = Harness(size: 0)
        #expect(harness.begin().blocks == 1...1)
        #expect(harness.transfer.byteRange(ofBlock: 1).isEmpty)
        #expect(harness.ack(1).ending == .completed)
    }

    @Test func blockNumbersRollOverToZero() {
        var harness = Harness(size: 512 * 70_000)
        _ = harness.begin()
        for block in 1...UInt64(70_000) {
            #expect(harness.ack(UInt16(truncatingIfNeeded: block)).blocks == (block + 1)...(block + 1))
        }
        #expect(harness.ack(UInt16(truncatingIfNeeded: 70_001)).ending == .completed)
    }

    @Test func aDuplicateAcknowledgmentSendsNothing() {
        var harness = Harness(size: 5000)
        _ = harness.begin()
        #expect(harness.ack(1).blocks == 2...2)
        #expect(harness.ack(1) == .wait)
        #expect(harness.ack(0) == .wait)
        #expect(harness.ack(2).blocks == 3...3)
    }

    @Test func acknowledgmentsOfBlocksNotSentAreIgnored() {
        var harness = Harness(size: 5000)
        _ = harness.begin()
        for block: UInt16 in [0, 2, 3, 40_000, 65_535] { #expect(harness.ack(block) == .wait) }
        #expect(harness.ack(1).blocks == 2...2)
    }

    @Test func aLostBlockIsSentAgain() {
        var harness = Harness(size: 5000)
        _ = harness.begin()
        _ = harness.ack(1)
        #expect(harness.timeout().blocks == 2...2)
        #expect(harness.ack(2).blocks == 3...3)
        #expect(harness.timeout().blocks == 3...3)
        for block: UInt16 in 3...9 { #expect(harness.ack(block).ending == nil) }
        #expect(harness.ack(10).outcome?.retransmittedBlockCount == 2)
    }

    @Test func nothingHappensBeforeTheDeadline() {
        var harness = Harness(size: 5000)
        _ = harness.begin()
        harness.now += .milliseconds(1)
        #expect(harness.transfer.deadlineReached(now: harness.now) == .wait)
    }

    @Test func aClientThatNeverAnswersIsGivenUpSooner() {
        var harness = Harness(size: 5000)
        _ = harness.begin()
        var sent = 1
        while harness.timeout().blocks != nil { sent += 1 }
        #expect(sent == 1 + TFTPTransferLimits().maximumOpeningRetransmissions)
        #expect(harness.transfer.deadline == nil)
    }

    @Test func aSilentClientIsGivenUpAfterHalfAMinuteOrMore() {
        var harness = Harness(size: 5000)
        _ = harness.begin()
        _ = harness.ack(1)
        let start = harness.now
        var last = harness.timeout()
        while last.blocks != nil { last = harness.timeout() }
        #expect(last.ending == .noAnswer)
        #expect(last.farewell == nil)
        #expect(last.outcome?.acknowledgedByteCount == 512)
        #expect(harness.now - start > .seconds(30))
    }

    @Test func aClientThatOmitsTheLastAcknowledgmentHasTheFile() {
        var harness = Harness(size: 600)
        _ = harness.begin()
        _ = harness.ack(1)
        var last = harness.timeout()
        while last.blocks != nil { last = harness.timeout() }
        #expect(last.ending == .lastBlockUnacknowledged)
        #expect(last.outcome?.isDelivered == true)
    }

    @Test func anErrorOfTheClientEndsSilently() {
        var harness = Harness(size: 5000)
        _ = harness.begin()
        let end = harness.transfer.received(.error(code: .diskFull, message: "flash"), now: harness.now)
        #expect(end.ending == .stoppedByClient(code: .diskFull, message: "flash"))
        #expect(end.farewell == nil)
        #expect(harness.ack(1) == .wait)
    }

    @Test func otherPacketsHaveNoPlaceInATransfer() {
        var harness = Harness(size: 5000)
        _ = harness.begin()
        #expect(harness.transfer.received(.data(block: 1, payload: []), now: harness.now) == .wait)
        #expect(harness.transfer.received(.optionAcknowledgment([]), now: harness.now) == .wait)
    }

    @Test func stoppingTellsTheClientOnce() {
        var harness = Harness(size: 5000)
        _ = harness.begin()
        let end = harness.transfer.stop(reason: "Stopping.", now: harness.now)
        #expect(end.ending == .stoppedByServer(reason: "Stopping."))
        #expect(end.farewell == .error(code: .notDefined, message: "Stopping."))
        #expect(harness.transfer.stop(reason: "Stopping.", now: harness.now) == .wait)
    }

    @Test func aTransferCannotGoOnForEver() {
        var limits = TFTPTransferLimits()
        limits.maximumDuration = .seconds(60)
        var harness = Harness(size: 512 * 1000, limits: limits)
        _ = harness.begin()
        var block: UInt16 = 0
        var last = TFTPTransfer.Action.wait
        while last.ending == nil, block < 100 {
            block += 1
            last = harness.ack(block, after: .seconds(7))
        }
        #expect(last.ending == .tookTooLong)
        #expect(last.farewell != nil)
    }
}

@Suite struct RetransmissionTimeTests {
    @Test func theWaitFollowsTheClientsSpeed() {
        var harness = Harness(size: 512 * 1000)
        _ = harness.begin()
        for block: UInt16 in 1...100 { _ = harness.ack(block, after: .milliseconds(900)) }
        let wait = (harness.transfer.deadline ?? .zero) - harness.now
        #expect(wait > .milliseconds(900))
        #expect(wait < .milliseconds(1500))
    }

    @Test func theWaitDoublesAndIsBounded() {
        var harness = Harness(size: 512 * 1000)
        _ = harness.begin()
        for block: UInt16 in 1...20 { _ = harness.ack(block, after: .milliseconds(1)) }
        var waits: [Duration] = []
        for _ in 0..<8 {
            waits.append((harness.transfer.deadline ?? .zero) - harness.now)
            _ = harness.timeout()
        }
        #expect(waits == [200, 400, 800, 1600, 3200, 6400, 8000, 8000].map { .milliseconds($0) })
    }

    @Test func aWaitOfTheClientIsTheLongest() {
        var harness = Harness(size: 512 * 1000, [(.timeout, 1)])
        _ = harness.begin()
        _ = harness.ack(0)
        for _ in 0..<6 {
            #expect((harness.transfer.deadline ?? .zero) - harness.now <= .seconds(1))
            _ = harness.timeout()
        }
    }

    @Test func aRetransmittedBlockTeachesNothing() {
        var harness = Harness(size: 512 * 1000)
        _ = harness.begin()
        _ = harness.ack(1, after: .milliseconds(1))
        _ = harness.timeout()
        // Which of the two copies this acknowledges is unknown, so the doubled wait stays.
        _ = harness.ack(2, after: .milliseconds(1))
        #expect((harness.transfer.deadline ?? .zero) - harness.now == .milliseconds(400))
        _ = harness.ack(3, after: .milliseconds(1))
        #expect((harness.transfer.deadline ?? .zero) - harness.now == .milliseconds(200))
    }
}

@Suite struct NegotiatedTransferTests {
    @Test func optionsAreAcknowledgedBeforeTheFirstBlock() {
        var harness = Harness(size: 5000, [(.blockSize, 1428), (.transferSize, 0)])
        let options = [TFTPOption(name: "blksize", value: "1428"), TFTPOption(name: "tsize", value: "5000")]
        #expect(harness.begin() == .sendOptions(.optionAcknowledgment(options)))
        #expect(harness.ack(1) == .wait)
        #expect(harness.ack(0).blocks == 1...1)
        #expect(harness.transfer.lastBlock == 4)
    }

    @Test func aLostOptionAcknowledgmentIsSentAgain() {
        var harness = Harness(size: 5000, [(.blockSize, 1428)])
        let first = harness.begin()
        #expect(harness.timeout() == first)
        #expect(harness.ack(0).blocks == 1...1)
    }

    @Test func aClientThatOnlyWantedTheSizeMaySayNo() {
        var harness = Harness(size: 5000, [(.transferSize, 0)])
        _ = harness.begin()
        let end = harness.transfer.received(.error(code: .optionsRefused, message: ""), now: harness.now)
        #expect(end.ending == .stoppedByClient(code: .optionsRefused, message: ""))
        #expect(end.outcome?.acknowledgedByteCount == 0)
    }
}

@Suite struct WindowTransferTests {
    private func started(blocks: UInt64, window: Int) -> Harness {
        var harness = Harness(size: blocks * 512 - 1, [(.windowSize, window)])
        _ = harness.begin()
        return harness
    }

    @Test func aWindowIsSentAtOnce() {
        var harness = started(blocks: 10, window: 4)
        #expect(harness.ack(0).blocks == 1...4)
        #expect(harness.ack(4).blocks == 5...8)
        #expect(harness.ack(8).blocks == 9...10)
        #expect(harness.ack(10).ending == .completed)
    }

    @Test func anAcknowledgmentInsideTheWindowRollsBack() {
        var harness = started(blocks: 20, window: 4)
        _ = harness.ack(0)
        #expect(harness.ack(2).blocks == 3...6)
        #expect(harness.ack(6).blocks == 7...10)
    }

    @Test func copiesOfThatAcknowledgmentDoNotRollBackAgain() {
        var harness = started(blocks: 20, window: 4)
        _ = harness.ack(0)
        #expect(harness.ack(2).blocks == 3...6)
        #expect(harness.ack(2) == .wait)
        #expect(harness.ack(2) == .wait)
        #expect(harness.ack(6).blocks == 7...10)
        // The duplicates of blocks 3 and 4 may have caused one more copy.
        #expect(harness.ack(6).blocks == 7...10)
        #expect(harness.ack(6) == .wait)
    }

    @Test func theLostFirstBlockOfAWindowIsReportedByADuplicate() {
        var harness = started(blocks: 20, window: 4)
        _ = harness.ack(0)
        _ = harness.ack(4)
        #expect(harness.ack(4).blocks == 5...8)
        #expect(harness.ack(4) == .wait)
        #expect(harness.timeout().blocks == 5...8)
    }

    @Test func oldAcknowledgmentsAreIgnored() {
        var harness = started(blocks: 20, window: 4)
        _ = harness.ack(0)
        _ = harness.ack(4)
        #expect(harness.ack(3) == .wait)
        #expect(harness.ack(0) == .wait)
    }

    @Test func theWindowCrossesTheRollOver() {
        var harness = started(blocks: 65_600, window: 64)
        var last: UInt64 = 0
        var action = harness.ack(0)
        while let blocks = action.blocks {
            #expect(blocks.lowerBound == last + 1)
            last = blocks.upperBound
            action = harness.ack(UInt16(truncatingIfNeeded: last))
        }
        #expect(action.ending == .completed)
        #expect(last == 65_600)
    }
}

@Suite struct RepeatedRequestTests {
    @Test func aQuickCopyIsIgnored() {
        var harness = Harness(size: 5000)
        _ = harness.begin()
        #expect(harness.transfer.requestRepeated(isIdentical: true, now: harness.now) == .wait)
    }

    @Test func beforeAnyAnswerItBringsTheFirstPacketAgain() {
        var harness = Harness(size: 5000, [(.blockSize, 1024)])
        let first = harness.begin()
        let deadline = harness.transfer.deadline
        harness.now += .seconds(1)
        #expect(harness.transfer.requestRepeated(isIdentical: true, now: harness.now) == first)
        #expect(harness.transfer.deadline == deadline)
    }

    @Test func afterSilenceItMeansThatTheClientHasRestarted() {
        var harness = Harness(size: 5000)
        _ = harness.begin()
        _ = harness.ack(1)
        #expect(harness.transfer.requestRepeated(isIdentical: true, now: harness.now) == .wait)
        harness.now += .seconds(2)
        #expect(harness.transfer.requestRepeated(isIdentical: true, now: harness.now).ending == .superseded)
    }

    @Test func anotherFileSupersedesAtOnce() {
        var harness = Harness(size: 5000)
        _ = harness.begin()
        #expect(harness.transfer.requestRepeated(isIdentical: false, now: harness.now).ending == .superseded)
    }
}

@Suite struct LossyTransferTests {
    /// A client after RFC 7440 behind a network that loses and doubles packets: everything must arrive, in order.
    @Test(arguments: [1, 2, 7, 16]) func everythingArrivesThroughALossyNetwork(window: Int) {
        var generator = SeededGenerator(seed: UInt64(window))
        var harness = Harness(size: 512 * 400 + 17, window == 1 ? [] : [(.windowSize, window)])
        var received: UInt64 = 0
        var action = harness.begin()
        for _ in 0..<100_000 {
            var replies: [UInt16] = []
            switch action {
            case .finish(let outcome, _):
                #expect(outcome.ending == .completed)
                #expect(received == harness.transfer.lastBlock)
                return
            case .sendOptions:
                if !lost(&generator) { replies.append(0) }
            case .sendBlocks(let blocks):
                for block in blocks where !lost(&generator) {
                    if block == received + 1 { received = block }
                    if block != received || block == blocks.upperBound || Int.random(in: 0..<20, using: &generator) == 0 {
                        replies.append(UInt16(truncatingIfNeeded: received))
                    }
                }
            case .wait:
                break
            }
            action = .wait
            for reply in replies where !lost(&generator) {
                let next = harness.ack(reply, after: .milliseconds(1))
                if next != .wait { action = next }
            }
            if action == .wait { action = harness.timeout() }
        }
        Issue.record("the transfer did not end")
    }

    private func lost(_ generator: inout SeededGenerator) -> Bool {
        Int.random(in: 0..<10, using: &generator) == 0
    }
}
