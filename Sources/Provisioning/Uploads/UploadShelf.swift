// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
public import ProvModel
import Synchronization

/// The files that phones have sent, such as their logs: a folder for each device below one directory.
///
/// A file that is sent again replaces the former one, of which a few copies are kept. All of it is bounded, and the oldest
/// files make room for new ones. Calls block on the disk, so they belong on a thread pool.
public final class UploadShelf: Sendable {
    /// What the files may take.
    public struct Limits: Sendable {
        /// The bytes of one device's files.
        public var deviceByteCount = 64 << 20
        /// The files of one device, former copies included. A phone model has two or three kinds of log.
        public var deviceFileCount = 32
        /// The bytes of all files: less than any disk that a server has to spare.
        public var totalByteCount = 1 << 30
        /// The former copies of a file that are kept beside the newest.
        public var formerCopies = 2

        /// Makes the usual limits.
        public init() {}
    }

    /// A file that a device has sent.
    public struct Entry: Sendable, Hashable {
        /// Its name; a former copy has `~` and a number behind it, greater for older ones.
        public let name: String
        /// Its size in bytes.
        public let byteCount: Int
        /// When it came, in seconds since 1970.
        public let time: Double
    }

    private let directory: URL
    private let limits: Limits
    /// The bytes of all files, once they were counted. The lock also keeps two writers apart.
    private let total = Mutex<Int?>(nil)

    /// Makes a shelf over a directory, which is made when the first file comes.
    public init(directory: String, limits: Limits = Limits()) {
        self.directory = URL(filePath: directory, directoryHint: .isDirectory)
        self.limits = limits
    }

    /// The name under which what is sent to a path is kept: anything that a file name should not have is written as `%` and
    /// two hexadecimal digits.
    public static func name(ofPath path: String) -> String {
        var name = ""
        for byte in path.utf8.drop(while: { $0 == UInt8(ascii: "/") }) {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): name.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: ".") where !name.isEmpty: name.append(".")
            default: name += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        // File systems take 255 bytes, and a former copy's number needs some.
        return name.isEmpty ? "file" : String(name.prefix(200))
    }
}

// MARK: - Reading

extension UploadShelf {
    /// The files of a device by name.
    public func entries(of device: DeviceID) -> [Entry] { files(of: device).map(\.entry).sorted { $0.name < $1.name } }

    /// The bytes of a file, or `nil` when there is no such file.
    public func bytes(ofFile name: String, of device: DeviceID) -> [UInt8]? {
        // Only a name that was listed is opened.
        guard let file = files(of: device).first(where: { $0.entry.name == name }) else { return nil }
        return (try? Data(contentsOf: file.url)).map(Array.init)
    }

    private typealias StoredFile = (entry: Entry, url: URL)

    private func files(of device: DeviceID) -> [StoredFile] { files(in: directory.appending(path: device.description)) }

    private func files(in folder: URL) -> [StoredFile] {
        let keys: Set<URLResourceKey> = [.isRegularFileKey, .fileSizeKey, .contentModificationDateKey]
        let urls = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: Array(keys))) ?? []
        return urls.compactMap { url in
            guard !url.lastPathComponent.hasPrefix("."), let values = try? url.resourceValues(forKeys: keys), values.isRegularFile == true
            else { return nil }
            let time = values.contentModificationDate?.timeIntervalSince1970 ?? 0
            return (Entry(name: url.lastPathComponent, byteCount: values.fileSize ?? 0, time: time), url)
        }
    }

    private func allFiles() -> [StoredFile] {
        let folders = (try? FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)) ?? []
        return folders.flatMap { files(in: $0) }
    }
}

// MARK: - Writing

extension UploadShelf {
    /// Keeps a file under a name of ``name(ofPath:)``, with the former one of that name as a copy.
    ///
    /// - Throws: What the file system says when the file cannot be written; the former one is still there then.
    public func store(_ bytes: [UInt8], as name: String, of device: DeviceID) throws {
        try total.withLock { total in
            let folder = directory.appending(path: device.description)
            let known = total ?? allFiles().reduce(0) { $0 + $1.entry.byteCount }
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let arriving = folder.appending(path: ".arriving")
            try Data(bytes).write(to: arriving)
            rotate(name, in: folder)
            try FileManager.default.moveItem(at: arriving, to: folder.appending(path: name))
            total = nil
            var present = files(in: folder)
            let removed = makeRoom(
                among: &present, byteCount: limits.deviceByteCount, fileCount: limits.deviceFileCount, sparing: folder.appending(path: name))
            // What rotation let go is not subtracted: counted too much, the shelf only counts all files the sooner.
            var sum = known + bytes.count - removed
            if sum > limits.totalByteCount {
                var all = allFiles()
                // Room for a tenth, so that not every file has all others counted.
                _ = makeRoom(
                    among: &all, byteCount: limits.totalByteCount / 10 * 9, fileCount: .max, sparing: folder.appending(path: name))
                sum = all.reduce(0) { $0 + $1.entry.byteCount }
            }
            total = sum
        }
    }

    /// Moves the file of a name, and its former copies, one place on; the oldest makes room.
    private func rotate(_ name: String, in folder: URL) {
        let places = [name] + (0..<limits.formerCopies).map { "\(name)~\($0 + 1)" }
        let files = FileManager.default
        if let last = places.last { try? files.removeItem(at: folder.appending(path: last)) }
        for (newer, older) in zip(places, places.dropFirst()).reversed() {
            try? files.moveItem(at: folder.appending(path: newer), to: folder.appending(path: older))
        }
    }

    /// Removes the oldest files until the others fit.
    ///
    /// - Returns: The bytes that were removed.
    private func makeRoom(among files: inout [StoredFile], byteCount: Int, fileCount: Int, sparing spared: URL) -> Int {
        // Former copies go first among files of the same second.
        files.sort { ($0.entry.time, $1.entry.name) > ($1.entry.time, $0.entry.name) }
        var sum = files.reduce(0) { $0 + $1.entry.byteCount }
        var removed = 0
        var index = files.count - 1
        while index >= 0, sum > byteCount || files.count > fileCount {
            if files[index].url.path != spared.path, (try? FileManager.default.removeItem(at: files[index].url)) != nil {
                sum -= files[index].entry.byteCount
                removed += files[index].entry.byteCount
                files.remove(at: index)
            }
            index -= 1
        }
        return removed
    }
}
