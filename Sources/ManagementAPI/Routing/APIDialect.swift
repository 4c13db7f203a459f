// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import Hummingbird
import HummingbirdCore
import JSONText
import NIOCore

/// How one version of the API speaks: its media types, and how it says what is wrong.
struct APIDialect: Sendable {
    let mediaType: String
    /// Whether a body must be of exactly this media type and a client must accept it, as wazo-provd asks.
    let isStrict: Bool
    /// Whether refusals are problem documents (RFC 9457) instead of plain text.
    let hasProblemDocuments: Bool

    /// The dialect of wazo-provd's clients.
    static let wazo = APIDialect(mediaType: "application/vnd.proformatique.provd+json", isStrict: true, hasProblemDocuments: false)
    /// Our own.
    static let current = APIDialect(mediaType: "application/json", isStrict: false, hasProblemDocuments: true)

    /// How JSON is written.
    var writing: JSONValue.WritingOptions { isStrict ? .asciiOnly : [] }

    /// The dialect of what is at a path, or would be.
    static func dialect(ofPath path: String) -> APIDialect {
        path == "/0.2" || path.hasPrefix("/0.2/") ? wazo : current
    }

    /// How a method is refused that a resource does not offer.
    func refusal(ofMethod method: HTTPRequest.Method, allow: String) -> APIError {
        // wazo-provd says 405 to these three only, and 501 to every other verb.
        let isKnown = !isStrict || [.get, .head, .post].contains(method)
        return APIError(isKnown ? .methodNotAllowed : .notImplemented, "this takes \(allow)", allow: isKnown ? allow : nil)
    }

    /// Whether a client that sends this Accept header takes what the dialect has.
    func isAccepted(_ accept: String?) -> Bool {
        guard isStrict, let accept else { return true }
        return accept.split(separator: ",").contains { token in
            let type = token.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
            let trimmed = type == token ? type.trimmed : type.drop { $0 == " " || $0 == "\t" }
            return trimmed == mediaType || trimmed == "*/*" || trimmed == "application/*"
        }
    }

    /// Whether a body of this media type is read.
    func reads(_ contentType: String?) -> Bool {
        guard isStrict else { return contentType?.split(separator: ";").first?.trimmed.lowercased() == mediaType }
        return contentType == mediaType
    }

    func response(_ answer: APIResponse) -> Response {
        var headers = HTTPFields()
        if let location = answer.location { headers[.location] = location }
        if let revision = answer.revision { headers[.eTag] = "\"\(revision)\"" }
        if let name = answer.fileName { headers[.contentDisposition] = "attachment; filename=\"\(name)\"" }
        if let body = answer.rawBody {
            headers[.contentType] = answer.mediaType ?? "application/octet-stream"
            return Response(status: answer.status, headers: headers, body: ResponseBody(body))
        }
        guard let body = answer.body else { return Response(status: answer.status, headers: headers) }
        headers[.contentType] = answer.mediaType ?? mediaType
        let bytes = body.serialized(writing)
        return Response(status: answer.status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    func response(_ error: APIError) -> Response {
        var headers = HTTPFields()
        if let allow = error.allow { headers[.allow] = allow }
        if let seconds = error.retryAfter { headers[.retryAfter] = String(seconds) }
        guard hasProblemDocuments else {
            headers[.contentType] = "text/plain; charset=utf-8"
            return Response(
                status: error.status, headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(string: error.text)))
        }
        var problem: JSONObject = [
            "type": "about:blank", "title": .string(error.status.reasonPhrase), "status": .int(error.status.code),
            "detail": .string(error.text),
        ]
        problem["field"] = error.field.map(JSONValue.string)
        for (name, value) in error.more { problem[name] = value }
        headers[.contentType] = "application/problem+json"
        return Response(
            status: error.status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: JSONValue.object(problem).serialized())))
    }
}

extension ResponseBody {
    fileprivate init(_ body: APIResponse.RawBody) {
        switch body {
        case .bytes(let bytes): self.init(byteBuffer: ByteBuffer(bytes: bytes))
        case .stream(let produce):
            self.init { writer in
                try await produce(&writer)
                try await writer.finish(nil)
            }
        }
    }
}

extension Substring {
    /// The text without spaces and tabs at its ends.
    var trimmed: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        return start.lastIndex { $0 != " " && $0 != "\t" }.map { start[...$0] } ?? ""
    }
}
