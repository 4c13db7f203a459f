// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import HTTPTypes
public import Hummingbird
import Logging
import NetTypes
import NIOCore
import OpenFiles
import ProvModel
public import Provisioning

/// Answers phones' HTTP requests: it reads the request, asks `PhoneFiles` or `PhoneUploads`, and writes the answer.
public struct PhoneHTTPResponder: HTTPResponder {
    /// Where the certificate of provd's own authority is.
    public static let rootCertificatePath = "/provd-ca.crt"

    private let files: PhoneFiles
    private let uploads: PhoneUploads?
    private let trustedProxies: Int
    private let rootCertificate: String?
    private let sender: FileSender
    private let receiver = UploadReceiver()

    /// Makes a responder.
    ///
    /// - Parameters:
    ///   - files: The use case of files that phones fetch.
    ///   - uploads: The use case of files that phones send, or `nil` to take none.
    ///   - trustedProxies: How many reverse proxies of ours stand before the server. With none `X-Forwarded-For` is ignored.
    ///   - rootCertificate: The file with the certificate of provd's own authority, which phones and administrators may have
    ///     from here; `nil` if there is none.
    ///   - stall: How long a phone may take nothing of a file that is on its way to it; then its connection is closed.
    public init(
        files: PhoneFiles, uploads: PhoneUploads? = nil, trustedProxies: Int = 0, rootCertificate: String? = nil, stall: Duration = .seconds(60)
    ) {
        self.files = files
        self.uploads = uploads
        self.trustedProxies = trustedProxies
        self.rootCertificate = rootCertificate
        sender = FileSender(stall: stall)
    }

    public func respond(to request: Request, context: PhoneRequestContext) async throws -> Response {
        try await RequestID.$current.withValue(RequestID()) { try await answer(request, context) }
    }

    private func answer(_ request: Request, _ context: PhoneRequestContext) async throws -> Response {
        var isFetch = request.method == .get || request.method == .head
        var upload = uploads.flatMap { uploads in PhoneUploads.Method(request.method).map { (uploads, $0) } }
        guard isFetch || upload != nil || request.method == .post else { return notAllowed([]) }
        if let rootCertificate, isFetch, request.uri.path == Self.rootCertificatePath {
            return await response(request, fileAt: rootCertificate, mediaType: "application/x-x509-ca-cert", on: context.channel)
        }
        guard let asker = asker(of: request, context) else {
            return plain(.badRequest, "the address of the client cannot be told: X-Forwarded-For lacks the entry of a trusted proxy")
        }
        guard let path = decodedPath(request.uri.path),
            let fileRequest = PhoneFileRequest(
                transport: .http, path: path, userAgent: request.headers[.userAgent], asker: asker,
                server: context.localAddress.flatMap { IPAddress($0) }, isHeadersOnly: request.method == .head)
        else {
            files.refusedPath(of: asker)
            return plain(.badRequest, "the path is not one that a phone asks for")
        }
        if request.method == .post, files.isFetchedByPost(fileRequest) { (isFetch, upload) = (true, nil) }
        if let (uploads, method) = upload { return try await receive(request, fileRequest, method, uploads) }
        guard isFetch else { return notAllowed([]) }
        switch await files.answer(fileRequest) {
        case .content(let content): return response(request, content)
        case .file(let file): return await response(request, fileAt: file.path, mediaType: file.mediaType, on: context.channel)
        case .refused(let refusal):
            let response = plain(refusal.status, refusal.text)
            return request.method == .head ? response.createHeadResponse() : response
        }
    }

    private func response(_ request: Request, _ content: PhoneFileAnswer.RenderedContent) -> Response {
        let representation = Representation(tag: "\"\(content.sha256)\"", lastModified: nil, byteCount: content.bytes.count)
        return response(request, representation, [.contentType: content.mediaType, .cacheControl: "no-store"]) { range in
            ResponseBody(byteBuffer: ByteBuffer(bytes: content.bytes[range]))
        }
    }

    private func response(_ request: Request, fileAt path: String, mediaType: String, on channel: any Channel) async -> Response {
        let file: OpenFile
        do {
            file = try await sender.open(path)
        } catch {
            return plain(.notFound, "the file cannot be read now")
        }
        let version = file.version
        let representation = Representation(
            tag: "\"\(hex(version.inode))-\(hex(version.seconds))-\(hex(version.nanoseconds))-\(hex(file.byteCount))\"",
            lastModified: HTTPDate(seconds: version.seconds), byteCount: Int(clamping: file.byteCount))
        return response(request, representation, [.contentType: mediaType]) { sender.body(file, $0, on: channel) }
    }

    /// What a request gets of a file.
    private func response(
        _ request: Request, _ representation: Representation, _ headers: HTTPFields, body: (Range<Int>) -> ResponseBody
    ) -> Response {
        let all = 0..<representation.byteCount
        var headers = headers
        headers.append(contentsOf: representation.headers)
        let isHead = request.method == .head
        switch representation.selection(for: request.headers, isHead: isHead) {
        case .whole:
            let response = Response(status: .ok, headers: headers, body: body(all))
            return isHead ? response.createHeadResponse() : response
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(all.count)"
            return Response(status: .partialContent, headers: headers, body: body(range))
        case .notModified:
            var response = Response(status: .notModified, headers: headers)
            // It would be the length of the file, which is not sent (RFC 9110, 8.6).
            response.headers[.contentLength] = nil
            return response
        case .preconditionFailed: return plain(.preconditionFailed, "the file is not the one that the request names")
        case .unsatisfiable:
            var response = plain(.rangeNotSatisfiable, "the file has \(all.count) bytes")
            response.headers[.contentRange] = "bytes */\(all.count)"
            return response
        }
    }

    private func hex(_ number: some BinaryInteger) -> String { String(number, radix: 16) }

    // MARK: - What phones send

    private func receive(
        _ request: Request, _ fileRequest: PhoneFileRequest, _ method: PhoneUploads.Method, _ uploads: PhoneUploads
    ) async throws -> Response {
        switch await uploads.decide(fileRequest, method: method) {
        case .notTaken(let others): return notAllowed(others)
        case .refused(let refusal): return plain(refusal.status, refusal.text)
        case .accept(let upload):
            switch try await receiver.receive(request, upload, uploads) {
            case .kept: return Response(status: .noContent)
            case .tooLong: return plain(.contentTooLarge, "at most \(upload.maximumByteCount) bytes are taken")
            case .busy:
                var response = plain(.serviceUnavailable, "too many phones send files at this moment")
                response.headers[.retryAfter] = "30"
                return response
            case .failed: return plain(.internalServerError, "the file could not be kept; the device's timeline says why")
            }
        }
    }

    /// Says which methods would do: files are fetched, and some are taken.
    private func notAllowed(_ uploads: [PhoneUploads.Method]) -> Response {
        let methods = ["GET", "HEAD"] + uploads.map { $0.rawValue.uppercased() }
        var response = plain(.methodNotAllowed, "nothing is taken by this method here")
        response.headers[.allow] = methods.joined(separator: ", ")
        return response
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
