// SPDX-License-Identifier: GPL-3.0-or-later

import PhonePlugins
import Testing
import TFTP

@testable import PhoneTFTP

/// What plugins say of TFTP, and what the timeline is told.
@Suite struct ProvisioningFileSourceTests {
    @Test func familiesThatTakeEverythingGetTheServersOwnLimits() {
        #expect(TFTPOptionLimits(for: .unlimited) == nil)
    }

    @Test func aPluginNarrowsTheLimits() throws {
        let small = try #require(TFTPOptionLimits(for: TFTPOptionRules(options: [.blockSize, .transferSize], maximumBlockSize: 512)))
        #expect(small.maximumBlockSize == 512)
        #expect(small.maximumWindowSize == nil)
        #expect(small.acknowledgesTransferSize)
        #expect(!small.acknowledgesTimeout)
        #expect(TFTPOptionLimits(for: TFTPOptionRules(options: [])) == TFTPOptionLimits.none)
    }

    @Test func aPluginCannotWidenTheLimits() throws {
        let own = TFTPOptionLimits()
        let all = Set(TFTPOptionRules.Option.allCases)
        let wide = try #require(
            TFTPOptionLimits(for: TFTPOptionRules(options: all, maximumBlockSize: 65_464, maximumWindowSize: 65_535)))
        #expect(wide == own)
    }

    @Test func onlyFailuresAreTold() {
        #expect(TFTPTransferOutcome(ending: .completed).failure == nil)
        #expect(TFTPTransferOutcome(ending: .lastBlockUnacknowledged).failure == nil)
        #expect(TFTPTransferOutcome(ending: .refused(code: .fileNotFound, message: "")).failure == nil)
        // A client that asks for a file only to learn its size.
        #expect(TFTPTransferOutcome(ending: .stoppedByClient(code: .optionsRefused, message: "")).failure == nil)
        let stopped = TFTPTransferOutcome(ending: .stoppedByClient(code: .diskFull, message: "No room"), acknowledgedByteCount: 512)
        #expect(stopped.failure == "the phone ended the transfer: error 3, “No room”")
        #expect(TFTPTransferOutcome(ending: .noAnswer).failure == "the phone did not answer any more")
    }
}
