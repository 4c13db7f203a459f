// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import PacketCapture
public import ProvModel

/// Where observations and problems go.
public protocol ObservationSink: Sendable {
    /// Takes reports in their order.
    func accept(_ reports: [DHCPReport]) async throws
}

/// Writes observations and problems to standard output, one line of JSON each.
public actor StandardOutputSink: ObservationSink {
    private nonisolated let executor = BlockingExecutor(name: "standard output")

    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Makes the sink.
    public init() {}

    public func accept(_ reports: [DHCPReport]) async throws {
        // Who reads along is told of messages; what was counted stands in the last line of the log.
        let told = reports.filter { if case .statistics = $0 { false } else { true } }
        try Self.write(ReportLines(of: told).bytes)
    }

    /// Writes everything, which may wait for who reads.
    static func write(_ bytes: some Sequence<UInt8>) throws(CaptureError) {
        var rest = ArraySlice(bytes)
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            guard count >= 0 else {
                guard errno == EINTR else {
                    throw CaptureError(.failed, "standard output cannot be written: \(CaptureError.reason(errno))")
                }
                continue
            }
            rest = rest.dropFirst(count)
        }
    }
}
