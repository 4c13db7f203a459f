// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOPosix
import OpenFiles
import Provisioning
import Synchronization

/// Reads what phones send and puts it onto the shelf.
final class UploadReceiver: Sendable {
    /// Bytes that may arrive at the same time: a file is in memory until it is whole, so that half a file replaces none.
    private static let memory = 128 << 20

    /// What became of a file.
    enum Result {
        case kept, tooLong, busy, failed
    }

    private let threadPool: NIOThreadPool
    /// Bytes that are arriving, or may be.
    private let arriving = Atomic(0)

    init(threadPool: NIOThreadPool = .singleton) {
        self.threadPool = threadPool
    }

    /// Takes a file whose upload was decided on.
    ///
    /// - Throws: What the connection reports when the phone breaks off.
    func receive(_ request: Request, _ upload: PhoneUploads.Upload, _ uploads: PhoneUploads) async throws -> Result {
        // A phone that says how much it sends is told at once; the others when it is too much.
        let length = request.headers[.contentLength].flatMap { Int($0) }.map { max(0, $0) }
        if let length, length > upload.maximumByteCount {
            await uploads.failed(upload, reason: "it has \(length) bytes, and the plugin allows \(upload.maximumByteCount)")
            return .tooLong
        }
        let room = length ?? upload.maximumByteCount
        let all = arriving.add(room, ordering: .relaxed).newValue
        defer { arriving.subtract(room, ordering: .relaxed) }
        if all > Self.memory { return .busy }
        var bytes: [UInt8] = []
        for try await piece in request.body {
            guard bytes.count + piece.readableBytes <= upload.maximumByteCount else {
                await uploads.failed(upload, reason: "it has more than the \(upload.maximumByteCount) bytes that the plugin allows")
                return .tooLong
            }
            bytes.append(contentsOf: piece.readableBytesView)
        }
        let (content, shelf) = (bytes, uploads.shelf)
        do {
            try await threadPool.runIfActive { try shelf.store(content, as: upload.name, of: upload.deviceID) }
        } catch {
            await uploads.failed(upload, reason: "it could not be written: \(FileFailure(error))")
            return .failed
        }
        await uploads.received(upload, byteCount: content.count)
        return .kept
    }
}

extension PhoneUploads.Method {
    /// The method of a request, if phones send files by it.
    init?(_ method: HTTPRequest.Method) {
        switch method {
        case .put: self = .put
        case .post: self = .post
        default: return nil
        }
    }
}
