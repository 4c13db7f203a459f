// SPDX-License-Identifier: GPL-3.0-or-later

public import Telemetry
import TFTP

/// What the TFTP server counts.
public struct TFTPMetrics: MetricSource {
    /// How a transfer ended.
    enum Ending: String, MetricKey {
        case completed, refused, stopped, timeout, superseded, failed

        var labels: [MetricLabel] { [MetricLabel("outcome", rawValue)] }

        init(_ ending: TFTPTransferOutcome.Ending) {
            self =
                switch ending {
                case .completed, .lastBlockUnacknowledged: .completed
                case .refused: .refused
                case .stoppedByClient: .stopped
                case .noAnswer, .tookTooLong: .timeout
                case .superseded: .superseded
                case .stoppedByServer: .failed
                }
        }
    }

    let active = Gauge()
    private let transfers = LabelledCounters<Ending>()
    private let bytes = Counter(), blocks = Counter(), retransmissions = Counter()

    /// Makes everything at zero.
    public init() {}

    /// Counts a transfer that has ended.
    func count(_ outcome: TFTPTransferOutcome) {
        transfers[Ending(outcome.ending)].add()
        bytes.add(outcome.acknowledgedByteCount)
        blocks.add(outcome.sentBlockCount)
        retransmissions.add(outcome.retransmittedBlockCount)
    }

    public var families: [MetricFamily] {
        [
            .gauge("provd_tftp_transfers_active", "TFTP transfers that are under way.", Double(active.value)),
            .counter("provd_tftp_transfers_total", "TFTP transfers that ended, by how.", transfers),
            .counter("provd_tftp_acknowledged_bytes_total", "Bytes of files that phones acknowledged over TFTP.", bytes),
            .counter("provd_tftp_blocks_sent_total", "TFTP data packets that were sent, repeated ones too.", blocks),
            .counter("provd_tftp_blocks_retransmitted_total", "TFTP data packets that were sent again.", retransmissions),
        ]
    }
}
