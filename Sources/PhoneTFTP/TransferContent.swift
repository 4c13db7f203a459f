// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import NIOCore
import NIOPosix
import OpenFiles
import TFTP

/// The bytes of one transfer as they travel: in memory, or read from a file when they are needed.
enum TransferContent: Sendable {
    case memory(ByteBuffer)
    case file(OpenFile)

    var byteCount: UInt64 {
        switch self {
        case .memory(let bytes): UInt64(bytes.readableBytes)
        case .file(let file): file.byteCount
        }
    }

    /// An answer that cannot be given, as the ERROR packet says it.
    struct Refusal: Error {
        let code: TFTPErrorCode
        let message: String
    }

    /// Opens and converts what a file source has answered. Not for event loops: this takes time.
    static func prepare(
        _ answer: TFTPAnswer, mode: TFTPMode, maximumNetasciiByteCount: Int, threadPool: NIOThreadPool
    ) async throws(Refusal) -> TransferContent {
        switch (answer, mode) {
        case (.refuse(let code, let message), _):
            throw Refusal(code: code, message: message)
        case (.bytes(let bytes), .octet):
            return .memory(bytes)
        case (.bytes(let bytes), .netascii):
            guard bytes.readableBytes <= maximumNetasciiByteCount else { throw .tooLargeForNetascii }
            return .memory(ByteBuffer(bytes: Netascii.encoded(bytes.readableBytesView)))
        case (.file(let path), .octet):
            return .file(try await open(path, threadPool))
        case (.file(let path), .netascii):
            let file = try await open(path, threadPool)
            guard file.byteCount <= maximumNetasciiByteCount else { throw .tooLargeForNetascii }
            do {
                let bytes = try await threadPool.runIfActive { try file.read(at: 0, byteCount: Int(file.byteCount)) }
                return .memory(ByteBuffer(bytes: Netascii.encoded(bytes.readableBytesView)))
            } catch {
                throw .unreadable
            }
        }
    }

    private static func open(_ path: String, _ threadPool: NIOThreadPool) async throws(Refusal) -> OpenFile {
        do {
            return try await threadPool.runIfActive { try OpenFile(path: path) }
        } catch {
            let code = (error as? OpenFile.Failure)?.errnoCode
            throw code == ENOENT || code == ENOTDIR ? .notFound : .unreadable
        }
    }
}

extension TransferContent.Refusal {
    static let notFound = Self(code: .fileNotFound, message: "File not found.")
    static let unreadable = Self(code: .accessViolation, message: "The file cannot be read.")
    static let tooLargeForNetascii = Self(code: .notDefined, message: "The file is too large for netascii; use octet.")
}
