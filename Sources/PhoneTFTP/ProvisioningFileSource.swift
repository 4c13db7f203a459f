// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
public import NIOCore
import PhonePlugins
import ProvModel
public import Provisioning
import Synchronization
public import TFTP

/// Answers TFTP read requests with what the provisioning path has for the phone that asks.
public final class ProvisioningFileSource: TFTPFileSource {
    /// What tells one transfer from every other that runs.
    private struct Key: Hashable {
        let client: SocketAddress
        let local: SocketAddress
        let path: String
    }

    private let files: PhoneFiles
    /// The requests whose transfers run. The server bounds them.
    private let running = Mutex<[Key: PhoneFiles.ServedRequest]>([:])

    /// Makes a source over the use case.
    public init(files: PhoneFiles) { self.files = files }

    public func answer(_ request: TFTPReadRequest) async -> TFTPAnswer {
        let fileNotFound = TFTPAnswer.refuse(.fileNotFound, "Not a file that a phone asks for")
        guard let asker = request.client.ipAddress.flatMap({ IPAddress($0) }) else { return fileNotFound }
        guard
            let fileRequest = PhoneFileRequest(
                transport: .tftp, path: request.path, userAgent: nil, asker: asker,
                server: request.local.ipAddress.flatMap { IPAddress($0) })
        else {
            files.refusedPath(of: asker)
            return fileNotFound
        }
        let served = await RequestID.$current.withValue(RequestID()) { await files.serve(fileRequest) }
        switch served.answer {
        case .content(let content):
            running.withLock { $0[key(of: request)] = served }
            return .bytes(ByteBuffer(bytes: content.bytes))
        case .file(let file):
            running.withLock { $0[key(of: request)] = served }
            return .file(path: file.path)
        case .refused(let refusal): return .refuse(refusal.code, refusal.text)
        }
    }

    public func refusedPath(of client: SocketAddress) {
        if let asker = client.ipAddress.flatMap({ IPAddress($0) }) { files.refusedPath(of: asker) }
    }

    public func optionLimits(for request: TFTPReadRequest) async -> TFTPOptionLimits? {
        let served = running.withLock { $0[key(of: request)] }
        return served.flatMap { TFTPOptionLimits(for: $0.tftpOptions) }
    }

    public func finished(_ request: TFTPReadRequest, outcome: TFTPTransferOutcome) async {
        guard let served = running.withLock({ $0.removeValue(forKey: key(of: request)) }), let reason = outcome.failure else { return }
        await files.brokeOff(served, at: Int(clamping: outcome.acknowledgedByteCount), reason: reason)
    }

    private func key(of request: TFTPReadRequest) -> Key { Key(client: request.client, local: request.local, path: request.path) }
}

extension TFTPOptionLimits {
    /// The server's own limits, narrowed to what a family of phones takes; `nil` where it takes everything.
    init?(for rules: TFTPOptionRules) {
        if rules == .unlimited { return nil }
        self.init()
        acknowledgesTimeout = rules.options.contains(.timeout)
        acknowledgesTransferSize = rules.options.contains(.transferSize)
        maximumBlockSize = rules.options.contains(.blockSize) ? Self.smaller(maximumBlockSize, rules.maximumBlockSize) : nil
        maximumWindowSize = rules.options.contains(.windowSize) ? Self.smaller(maximumWindowSize, rules.maximumWindowSize) : nil
    }

    private static func smaller(_ left: Int?, _ right: Int?) -> Int? {
        guard let left, let right else { return left ?? right }
        return min(left, right)
    }
}

extension TFTPTransferOutcome {
    /// Why the phone does not have the file, as an administrator reads it, or `nil` when it has, or did not want it.
    var failure: String? {
        switch ending {
        case .completed, .lastBlockUnacknowledged, .refused: nil
        // Boot loaders ask for a file to learn its size, and then say that they do not want it (RFC 2349).
        case .stoppedByClient where acknowledgedByteCount == 0: nil
        case .stoppedByClient(let code, let message): "the phone ended the transfer: error \(code), “\(message)”"
        case .noAnswer: "the phone did not answer any more"
        case .tookTooLong: "it took too long"
        case .superseded: "the phone asked anew before it had it"
        case .stoppedByServer(let reason): "provd ended the transfer: \(reason)"
        }
    }
}

extension PhoneFileAnswer.Refusal {
    /// The error code of RFC 1350, 5.
    fileprivate var code: TFTPErrorCode {
        switch kind {
        case .unknownDevice, .noSuchFile: .fileNotFound
        case .forbidden: .accessViolation
        case .trouble: .notDefined
        }
    }
}
