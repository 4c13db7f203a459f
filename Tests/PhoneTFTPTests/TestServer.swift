// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import NIOCore
import PhoneTFTP
import ServiceLifecycle
import Synchronization
import TFTP

/// A file source with its files in memory, which keeps the outcomes.
final class TestSource: TFTPFileSource {
    private let answers: [String: TFTPAnswer]
    private let delay: Duration
    private let record = Mutex<(asked: [TFTPReadRequest], outcomes: [TFTPTransferOutcome])>(([], []))
    /// Outcomes as they come.
    let finished: AsyncStream<TFTPTransferOutcome>
    private let continuation: AsyncStream<TFTPTransferOutcome>.Continuation

    init(_ answers: [String: TFTPAnswer], delay: Duration = .zero) {
        self.answers = answers
        self.delay = delay
        (finished, continuation) = AsyncStream.makeStream()
    }

    convenience init(file bytes: [UInt8]) {
        self.init(["file": .bytes(ByteBuffer(bytes: bytes))])
    }

    var asked: [TFTPReadRequest] { record.withLock { $0.asked } }

    func answer(_ request: TFTPReadRequest) async -> TFTPAnswer {
        record.withLock { $0.asked.append(request) }
        if delay > .zero { try? await Task.sleep(for: delay) }
        return answers[request.path] ?? .refuse(.fileNotFound, "No such file.")
    }

    func optionLimits(for request: TFTPReadRequest) async -> TFTPOptionLimits? {
        request.path == "plain" ? TFTPOptionLimits.none : nil
    }

    func finished(_ request: TFTPReadRequest, outcome: TFTPTransferOutcome) async {
        continuation.yield(outcome)
    }

    /// The next outcome.
    func outcome() async -> TFTPTransferOutcome? {
        for await outcome in finished { return outcome }
        return nil
    }
}

/// Runs a server on a free port of a loopback address while `body` runs, and then shuts it down gracefully.
func withServer<Result: Sendable>(
    _ source: TestSource, at ip: String = "127.0.0.1", configure: (inout TFTPServerConfiguration) -> Void = { _ in },
    body: (SocketAddress, ServiceGroup) async throws -> Result
) async throws -> Result {
    var configuration = TFTPServerConfiguration(addresses: [try SocketAddress(ipAddress: ip, port: 0)])
    configure(&configuration)
    let (listening, continuation) = AsyncStream<SocketAddress>.makeStream()
    var logger = Logger(label: "test")
    logger.logLevel = .error
    let server = TFTPServer(configuration: configuration, source: source, logger: logger) { addresses in
        for address in addresses { continuation.yield(address) }
        continuation.finish()
    }
    let services = ServiceGroup(services: [server], logger: logger)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { continuation.finish() }
            try await services.run()
        }
        var address: SocketAddress?
        for await first in listening where address == nil { address = first }
        guard let address else {
            try await group.waitForAll()
            throw ChannelError.alreadyClosed
        }
        let result = try await body(address, services)
        await services.triggerGracefulShutdown()
        try await group.waitForAll()
        return result
    }
}
