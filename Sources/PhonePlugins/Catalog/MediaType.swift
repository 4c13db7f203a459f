// SPDX-License-Identifier: GPL-3.0-or-later

/// Media types by the extension of a path, for rules that name none.
enum MediaType {
    static func of(path: String) -> String {
        guard let dot = path.lastIndex(of: ".") else { return unknown }
        return types[path[path.index(after: dot)...].lowercased()] ?? unknown
    }

    private static let unknown = "application/octet-stream"

    private static let types = [
        "bmp": "image/bmp", "cfg": "text/plain", "css": "text/css", "gif": "image/gif", "gz": "application/gzip", "htm": "text/html",
        "html": "text/html", "jpeg": "image/jpeg", "jpg": "image/jpeg", "js": "text/javascript", "json": "application/json", "pem": "application/x-pem-file",
        "png": "image/png", "svg": "image/svg+xml", "tar": "application/x-tar", "txt": "text/plain", "wav": "audio/wav", "xml": "text/xml",
        "zip": "application/zip",
    ]
}
