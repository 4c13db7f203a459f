// SPDX-License-Identifier: GPL-3.0-or-later

import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The page for administrators in a browser: files that are read once, at the start, and served from memory.
///
/// They hold nothing that is secret and ask the REST API for everything, with a token: they are served to whoever asks.
public struct WebPage: Sendable {
    /// A file as it is sent.
    private struct File {
        let mediaType: String
        /// Its entity tag (RFC 9110, 8.8.3), with quotation marks.
        let tag: String
        let bytes: ByteBuffer
    }

    /// The largest file and the most files that are read. The page has some sixty files of a few kilobytes; what is much more is another directory.
    private static let maximumFileLength = 1_024 * 1_024, maximumFiles = 1_000

    /// The media types that the page has. Other files are no part of it.
    private static let mediaTypes = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "json": "application/json",
        "svg": "image/svg+xml", "txt": "text/plain; charset=utf-8",
    ]

    /// Nothing but the page's own files may run or be asked, nothing may be written into the page as markup, and no other site may
    /// show it in a frame: what phones say of themselves stays text.
    private static let contentSecurityPolicy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'", "manifest-src 'self'", "base-uri 'none'",
        "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
    ].joined(separator: "; ")

    private var files: [String: File] = [:]

    /// Reads a directory with the page.
    ///
    /// - Returns: `nil` if there is no `index.html` in it.
    public init?(directory: String) {
        let root = URL(filePath: directory, directoryHint: .isDirectory).standardizedFileURL.resolvingSymlinksInPath()
        guard let names = FileManager.default.enumerator(atPath: root.path) else { return nil }
        for case let name as String in names {
            guard files.count < Self.maximumFiles else { return nil }
            guard !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }),
                let ending = name.split(separator: ".").last, let mediaType = Self.mediaTypes[String(ending)],
                let attributes = try? FileManager.default.attributesOfItem(atPath: root.path + "/" + name),
                attributes[.type] as? FileAttributeType == .typeRegular, (attributes[.size] as? Int ?? 0) <= Self.maximumFileLength,
                let bytes = try? Data(contentsOf: root.appending(path: name))
            else { continue }
            let digest = SHA256.hash(data: bytes).prefix(16).map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
            files[name] = File(mediaType: mediaType, tag: "\"\(digest)\"", bytes: ByteBuffer(bytes: bytes))
        }
        guard files["index.html"] != nil else { return nil }
    }

    /// What is at a path of the page, or `nil` if the path is not the page's.
    func response(to request: Request) -> Response? {
        let path = request.uri.path
        guard path == "/" || path == "/page" || path.hasPrefix("/page/") else { return nil }
        guard request.method == .get || request.method == .head else {
            return Response(status: .methodNotAllowed, headers: [.allow: "GET, HEAD"])
        }
        // Addresses in the page are relative to its directory.
        guard path.hasPrefix("/page/") else { return Response(status: .temporaryRedirect, headers: [.location: "/page/"]) }
        let name = String(path.dropFirst("/page/".count))
        guard let file = files[name.isEmpty ? "index.html" : name] else {
            return Response(
                status: .notFound, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: "there is nothing at this path; the page begins at /page/\n")))
        }
        var headers: HTTPFields = [
            // Kept by browsers, and asked for each time whether it is still so: an upgrade shows at once.
            .contentType: file.mediaType, .eTag: file.tag, .cacheControl: "no-cache", .contentSecurityPolicy: Self.contentSecurityPolicy,
            .xContentTypeOptions: "nosniff",
        ]
        for (name, value) in ["Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "X-Frame-Options": "DENY"] {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        if let known = request.headers[.ifNoneMatch], known.split(separator: ",").contains(where: { Self.tag($0) == file.tag }) {
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: file.bytes))
    }

    /// An entity tag of a list, without the mark of a weak one (RFC 9110, 13.1.2).
    private static func tag(_ entry: Substring) -> Substring {
        let tag = entry.trimmed
        return tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
    }
}
