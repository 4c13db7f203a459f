// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Glibc

/// A file that is named on the command line.
enum TextOfFile {
    /// Reads a file of bounded length.
    static func read(_ path: String, limit: Int) throws -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ValidationError("\(path) cannot be read: see that it exists and that you may read it.") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limit {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        guard bytes.count <= limit else { throw ValidationError("\(path) has more than \(limit) bytes.") }
        return String(decoding: bytes, as: UTF8.self)
    }
}
