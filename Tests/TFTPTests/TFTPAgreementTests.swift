// SPDX-License-Identifier: GPL-3.0-or-later

import TFTP
import Testing

@Suite struct TFTPAgreementTests {
    private func agreement(
        _ options: [(String, String)], size: UInt64 = 1000, limits: TFTPOptionLimits = TFTPOptionLimits()
    ) -> TFTPAgreement {
        TFTPAgreement(answering: options.map { TFTPOption(name: $0.0, value: $0.1) }, contentByteCount: size, limits: limits)
    }

    @Test func everyOptionIsAcknowledgedInTheClientsOrderAndSpelling() {
        let agreement = agreement([("TSize", "0"), ("blksize", "1428"), ("timeout", "3"), ("windowsize", "8")], size: 123_456)
        #expect(agreement.acknowledgedOptions.map(\.name) == ["TSize", "blksize", "timeout", "windowsize"])
        #expect(agreement.acknowledgedOptions.map(\.value) == ["123456", "1428", "3", "8"])
        #expect(agreement.blockSize == 1428)
        #expect(agreement.windowSize == 8)
        #expect(agreement.timeout == .seconds(3))
    }

    @Test func aLargerBlockSizeIsBroughtDownToWhatThePathCarries() {
        #expect(agreement([("blksize", "65464")]).blockSize == 1468)
        #expect(agreement([("blksize", "99999999999")]).blockSize == 1468)
        #expect(agreement([("blksize", "1024")], limits: TFTPOptionLimits(maximumBlockSize: 512)).blockSize == 512)
        #expect(agreement([("blksize", "70000")], limits: TFTPOptionLimits(maximumBlockSize: .max)).blockSize == 65464)
        #expect(agreement([("blksize", "8")]).acknowledgedOptions == [TFTPOption(name: "blksize", value: "8")])
    }

    @Test(arguments: [
        ("blksize", "7"), ("blksize", "0"), ("blksize", "-1"), ("blksize", "abc"), ("blksize", ""), ("blksize", "99999999999999999999999"),
        ("timeout", "0"), ("timeout", "256"), ("windowsize", "0"), ("windowsize", "65536"), ("tsize", "x"), ("utimeout", "1"), ("", "1"),
    ])
    func whatCannotBeMeantIsLeftOut(name: String, value: String) {
        #expect(agreement([(name, value)]) == TFTPAgreement())
    }

    @Test func optionsCanBeTurnedOff() {
        let all = [("tsize", "0"), ("blksize", "1428"), ("timeout", "3"), ("windowsize", "8")]
        #expect(agreement(all, limits: .none) == TFTPAgreement())
    }

    @Test func aWindowHoldsABoundedNumberOfBytes() {
        let limits = TFTPOptionLimits(maximumBlockSize: 65464, maximumWindowSize: 65535)
        let agreement = agreement([("windowsize", "65535"), ("blksize", "65464")], limits: limits)
        #expect(agreement.windowSize * agreement.blockSize <= TFTPOptionLimits.maximumWindowByteCount)
        #expect(agreement.acknowledgedOptions.first?.value == String(agreement.windowSize))
    }
}
