// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import NIOPosix
import PluginPackages

/// A file that is being downloaded, with the tag that its server gave it: `NAME.part` and `NAME.part.tag`.
///
/// What touches the disk runs on a pool of threads that may wait.
public struct PartialFile: Sendable {
    /// Where the bytes are.
    public let path: String
    private var tagPath: String { path + ".tag" }

    /// Names the file.
    ///
    /// - Parameter name: A name that stands for the content, such as its sum.
    public init(directory: String, name: String) { path = "\(directory)/\(name).part" }

    private func onDisk<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await NIOThreadPool.singleton.runIfActive(body)
    }

    /// How many bytes there are.
    func length() async throws -> Int {
        try await onDisk { [path] in (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0 }
    }

    /// The tag of the bytes, if the server gave one.
    func tag() async throws -> String? {
        try await onDisk { [tagPath] in FileManager.default.contents(atPath: tagPath).flatMap { String(data: $0, encoding: .utf8) } }
    }

    /// Begins anew.
    func begin(tag: String?) async throws {
        try await onDisk { [path, tagPath] in
            try? FileManager.default.removeItem(atPath: tagPath)
            try BoundedFile.replace(path, with: [])
            if let tag { try BoundedFile.replace(tagPath, with: Array(tag.utf8)) }
        }
    }

    /// Adds bytes at the end.
    func append(_ bytes: [UInt8]) async throws {
        try await onDisk { [path] in try BoundedFile.append(bytes, to: path) }
    }

    /// The sums of what is there.
    func sums() async throws -> FileSums {
        try await onDisk { [path] in try BoundedFile.sums(of: path) }
    }

    /// Removes it.
    public func remove() async throws {
        try await onDisk { [path, tagPath] in
            for file in [path, tagPath] { try? FileManager.default.removeItem(atPath: file) }
        }
    }
}
