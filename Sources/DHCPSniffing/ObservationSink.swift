// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import PacketCapture
public import ProvModel

/// Where observations go.
public protocol ObservationSink: Sendable {
    /// Takes observations in their order.
    func accept(_ observations: [DHCPObservation]) async throws
}

/// Writes observations to standard output, one line of JSON each.
public actor StandardOutputSink: ObservationSink {
    private let encoder = ObservationLineEncoder()
    private nonisolated let executor = BlockingExecutor(name: "standard output")

    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Makes the sink.
    public init() {}

    public func accept(_ observations: [DHCPObservation]) async throws {
        var rest = try observations.flatMap { try encoder.line($0) }[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe write(STDOUT_FILENO, $0.baseAddress, $0.count) }
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
