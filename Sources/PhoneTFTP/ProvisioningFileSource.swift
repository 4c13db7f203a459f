// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import NIOCore
public import Provisioning
import TFTP

/// Answers TFTP read requests with what the provisioning path has for the phone that asks.
public struct ProvisioningFileSource: TFTPFileSource {
    private let files: PhoneFiles

    /// Makes a source over the use case.
    public init(files: PhoneFiles) { self.files = files }

    public func answer(_ request: TFTPReadRequest) async -> TFTPAnswer {
        guard let asker = request.client.ipAddress.flatMap({ IPAddress($0) }),
            let fileRequest = PhoneFileRequest(
                transport: .tftp, path: request.path, userAgent: nil, asker: asker,
                server: request.local.ipAddress.flatMap { IPAddress($0) })
        else { return .refuse(.fileNotFound, "Not a file that a phone asks for") }
        switch await files.answer(fileRequest) {
        case .content(let content): return .bytes(ByteBuffer(bytes: content.bytes))
        case .file(let file): return .file(path: file.path)
        case .refused(let refusal): return .refuse(refusal.code, refusal.text)
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
