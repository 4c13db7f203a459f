// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// Reads a zoneinfo directory, within bounds.
struct ZoneFiles {
    /// Zones are at most three levels deep (`America/Indiana/Knox`).
    private static let maximumDepth = 3
    /// Names that are listed at most; there are about 600.
    private static let maximumNameCount = 5000

    let directory: String

    enum Content {
        case bytes([UInt8])
        case failure(CInt)
    }

    /// The bytes of a zone's file: one more than a zone may have, if it is larger.
    func read(_ name: String) -> Content {
        let descriptor = unsafe open(directory + "/" + name, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .failure(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return .failure(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { return .failure(EISDIR) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 8192)
        while bytes.count <= TZifFile.maximumByteCount {
            let count = unsafe Glibc.read(descriptor, &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return .failure(errno) }
            if count == 0 { break }
            bytes += piece.prefix(count)
        }
        return .bytes(bytes)
    }

    func names() -> [String] {
        var names: [String] = []
        list("", depth: 1, into: &names)
        return names.sorted()
    }

    private func list(_ prefix: String, depth: Int, into names: inout [String]) {
        guard let stream = unsafe opendir(directory + "/" + prefix) else { return }
        defer { unsafe closedir(stream) }
        while names.count < Self.maximumNameCount, let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            // Zones and regions begin with a capital letter. The trees "posix" and "right" repeat all of them.
            guard let first = name.utf8.first, (0x41...0x5A).contains(first), TimeZoneDatabase.isValid(prefix + name) else { continue }
            var status = stat()
            guard unsafe stat(directory + "/" + prefix + name, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFREG: names.append(prefix + name)
            case S_IFDIR where depth < Self.maximumDepth: list(prefix + name + "/", depth: depth + 1, into: &names)
            default: break
            }
        }
    }
}
