// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import HTTPTypes
public import Hummingbird
import Logging
import NetTypes
import NIOCore
public import Provisioning

/// Answers phones' HTTP requests: it reads the request, asks `PhoneFiles`, and writes the answer.
public struct PhoneHTTPResponder: HTTPResponder {
    private let files: PhoneFiles
    private let trustedProxies: Int

    /// Makes a responder.
    ///
    /// - Parameters:
    ///   - files: The use case.
    ///   - trustedProxies: How many reverse proxies of ours stand before the server. With none `X-Forwarded-For` is ignored.
    public init(files: PhoneFiles, trustedProxies: Int = 0) {
        self.files = files
        self.trustedProxies = trustedProxies
    }

    public func respond(to request: Request, context: PhoneRequestContext) async throws -> Response {
        guard request.method == .get || request.method == .head else {
            var response = plain(.methodNotAllowed, "phones fetch files with GET or HEAD")
            response.headers[.allow] = "GET, HEAD"
            return response
        }
        guard let asker = asker(of: request, context) else {
            return plain(.badRequest, "the address of the client cannot be told: X-Forwarded-For lacks the entry of a trusted proxy")
        }
        guard let path = decodedPath(request.uri.path),
            let fileRequest = PhoneFileRequest(
                transport: .http, path: path, userAgent: request.headers[.userAgent], asker: asker,
                server: context.localAddress.flatMap { IPAddress($0) }, isHeadersOnly: request.method == .head)
        else { return plain(.badRequest, "the path is not one that a phone asks for") }
        let response =
            switch await files.answer(fileRequest) {
            case .content(let content): response(request, content)
            case .file(let file): try await self.response(file, context)
            case .refused(let refusal): plain(refusal.status, refusal.text)
            }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func response(_ request: Request, _ content: PhoneFileAnswer.RenderedContent) -> Response {
        let tag = "\"\(content.sha256)\""
        let headers: HTTPFields = [.contentType: content.mediaType, .eTag: tag, .cacheControl: "no-store"]
        if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: content.bytes)))
    }

    private func response(
        _ file: PhoneFileAnswer.StoredFile, _ context: PhoneRequestContext
    ) async throws -> Response {
        let body = try await FileIO().loadFile(path: file.path, context: context)
        return Response(status: .ok, headers: [.contentType: file.mediaType], body: body)
    }

    private func plain(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text + "\n")))
    }

    /// The phone's address: the peer, or what the outermost trusted proxy says it is.
    private func asker(of request: Request, _ context: PhoneRequestContext) -> IPAddress? {
        guard trustedProxies > 0 else { return context.remoteAddress.flatMap { IPAddress($0) } }
        guard let name = HTTPField.Name.xForwardedFor else { return nil }
        let entries = request.headers[values: name].flatMap { $0.split(separator: ",") }
        // Fewer entries than proxies means that a proxy of ours was passed by: nothing in the header can be believed.
        guard entries.count >= trustedProxies else { return nil }
        return IPAddress(entries[entries.count - trustedProxies].filter { $0 != " " && $0 != "\t" })
    }

    /// Undoes percent-encoding (RFC 3986, 2.1).
    ///
    /// - Returns: `nil` if an escape is broken or the result is not UTF-8.
    private func decodedPath(_ path: String) -> String? {
        guard path.utf8.count <= 3 * PhoneFileRequest.maximumPathLength else { return nil }
        guard path.utf8.contains(UInt8(ascii: "%")) else { return path }
        return path.removingPercentEncoding
    }
}

extension HTTPField.Name {
    /// The addresses through which a request was forwarded, the client first.
    fileprivate static let xForwardedFor = HTTPField.Name("X-Forwarded-For")
}

extension PhoneFileAnswer.Refusal {
    fileprivate var status: HTTPResponse.Status {
        switch kind {
        case .unknownDevice, .noSuchFile: .notFound
        case .forbidden: .forbidden
        case .trouble: .serviceUnavailable
        }
    }
}
