// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// Files that an author names: read within bounds, with complaints that say what to do.
enum TextFile {
    static func isFile(_ path: String) -> Bool { type(of: path).map { $0 != .typeDirectory } ?? false }

    static func isDirectory(_ path: String) -> Bool { type(of: path) == .typeDirectory }

    /// What a path leads to, links followed, or `nil` if nothing is there.
    private static func type(of path: String) -> FileAttributeType? {
        let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        return (try? FileManager.default.attributesOfItem(atPath: real))?[.type] as? FileAttributeType
    }

    /// The names in a directory; none if there is no such directory.
    static func names(in path: String) -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }

    static func bytes(_ path: String, limit: Int) throws(AuthoringError) -> [UInt8] {
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            data = try handle.read(upToCount: limit + 1) ?? Data()
        } catch {
            throw AuthoringError("\(path) cannot be read: check that it exists and is a file that you may read")
        }
        guard data.count <= limit else { throw AuthoringError("\(path) has more than \(limit) bytes: shorten it") }
        return [UInt8](data)
    }

    static func read(_ path: String, limit: Int) throws(AuthoringError) -> String {
        guard let text = String(validating: try bytes(path, limit: limit), as: UTF8.self) else {
            throw AuthoringError("\(path) is not UTF-8: save it as UTF-8")
        }
        return text
    }

    static func write(_ bytes: some Sequence<UInt8>, to path: String) throws(AuthoringError) {
        do {
            let url = URL(fileURLWithPath: path)
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: url, options: .atomic)
        } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
            throw AuthoringError("\(path) cannot be written: no room is left on the disk: make room, then try again; nothing was changed")
        } catch {
            throw AuthoringError("\(path) cannot be written: check that its directory is there and that you may write in it")
        }
    }
}
