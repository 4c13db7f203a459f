// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Glibc
import Synchronization
import Testing

@testable import Archives

/// A directory of a test that goes with it.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("archives-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path + "/out", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var out: String { path + "/out" }

    func write(_ bytes: [UInt8], _ name: String = "archive") throws -> String {
        try Data(bytes).write(to: URL(filePath: path + "/" + name))
        return path + "/" + name
    }

    /// Everything below `out`, files with what is in them.
    var content: [String: String] {
        var content: [String: String] = [:]
        for case let name as String in FileManager.default.enumerator(atPath: out) ?? .init() {
            let data = FileManager.default.contents(atPath: out + "/" + name)
            content[name] = data.map { String(decoding: $0, as: UTF8.self) } ?? "directory"
        }
        return content
    }
}

@Suite("Unpacking")
struct UnpackingTests {
    private let scratch: Scratch
    private let unpacking = Unpacking(limits: .firmware)

    init() throws { scratch = try Scratch() }

    private func fixture(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)").path
    }

    @Test("Every kind of archive is unpacked")
    func kinds() throws {
        #expect(try unpacking.unpack(fixture("sample.tar.xz"), format: .tar, into: scratch.out).map(\.path) == ["a.txt", "d/b.txt"])
        #expect(try unpacking.unpack(fixture("sample.rom.xz"), format: .compressed, into: scratch.out) == [.init(path: "sample.rom", size: 7)])
        #expect(try unpacking.unpack(fixture("sample.rar"), format: .rar, into: scratch.out) == [.init(path: "fw/phone.bin", size: 13)])
        #expect(try unpacking.unpack(fixture("sample.7z"), format: .sevenZip, into: scratch.out) == [.init(path: "fw/other.bin", size: 12)])
        #expect(try unpacking.unpack(fixture("windows.zip"), format: .zip, into: scratch.out).map(\.path) == ["dir/file.bin", "né.txt"])
        let content = scratch.content
        #expect(content["d/b.txt"] == "bbb" && content["sample.rom"] == "one rom" && content["fw/phone.bin"] == "stored in rar" && content["fw/other.bin"] == "packed in 7z")
        #expect(content["dir/file.bin"] == "by windows")
    }

    @Test("An archive in an archive is unpacked in two steps, and only what is wanted is written")
    func nested() throws {
        let inner = try unpacking.unpack(fixture("firmware.zip"), format: .zip, into: scratch.out) { $0.hasSuffix(".tar.gz") }
        #expect(inner.map(\.path) == ["release/inner.tar.gz"])
        #expect(scratch.content["release/notes.txt"] == nil)
        let files = try unpacking.unpack(scratch.out + "/release/inner.tar.gz", format: .tar, into: scratch.out) { $0.hasSuffix(".rom") }
        #expect(files == [.init(path: "fw/t46.rom", size: 14)])
    }

    @Test(
        "What would get out, or is no file, is refused",
        arguments: [
            ("../../etc/passwd", "0"), ("/etc/passwd", "0"), ("a/../../b", "0"), ("..", "5"), ("C:\\windows", "0"), ("\\\\server\\x", "0"),
            ("evil\u{1B}[2J", "0"), ("link", "1"), ("link", "2"), ("tty", "3"), ("disk", "4"), ("pipe", "6"),
        ] as [(String, Character)])
    func hostile(name: String, type: Character) throws {
        var tar = HandMadeTar()
        tar.add("good.txt", Array("good".utf8))
        tar.add(name, type: type, link: "/etc/passwd", [])
        let archive = try scratch.write(tar.finished)
        let error = try #require(throws: ArchiveError.self) {
            try unpacking.unpack(archive, format: .tar, into: scratch.out)
        }
        #expect(error.code == .hostileEntry && !error.description.contains("\u{1B}") && error.description.contains("do not use"))
        #expect(scratch.content == ["good.txt": "good"])
    }

    @Test("A name that occurs twice is refused, however it is written", arguments: ["a/b", "./a/b", "a//b", "a\\b"])
    func duplicates(second: String) throws {
        var tar = HandMadeTar()
        tar.add("a/b", Array("first".utf8))
        tar.add(second, Array("second".utf8))
        let archive = try scratch.write(tar.finished)
        #expect(throws: ArchiveError.self) { try unpacking.unpack(archive, format: .tar, into: scratch.out) }
        #expect(scratch.content["a/b"] == "first")
    }

    @Test("A file in the place of a directory is refused")
    func fileAsDirectory() throws {
        var tar = HandMadeTar()
        tar.add("a", Array("file".utf8))
        tar.add("a/b", Array("below".utf8))
        let archive = try scratch.write(tar.finished)
        let error = try #require(throws: ArchiveError.self) { try unpacking.unpack(archive, format: .tar, into: scratch.out) }
        #expect(error.code == .hostileEntry && error.entry == "a/b")
    }

    @Test("Nothing is written through a link that lies in the directory already")
    func linkInTheWay() throws {
        try FileManager.default.createDirectory(atPath: scratch.path + "/elsewhere", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: scratch.out + "/a", withDestinationPath: scratch.path + "/elsewhere")
        var tar = HandMadeTar()
        tar.add("a/b", Array("x".utf8))
        let archive = try scratch.write(tar.finished)
        #expect(throws: ArchiveError.self) { try unpacking.unpack(archive, format: .tar, into: scratch.out) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/elsewhere").isEmpty)
    }

    @Test("A bomb is refused long before it is unpacked")
    func bomb() throws {
        let archive = try scratch.write(try ReproducibleTar.gzipped([.init(path: "zeros", bytes: .init(repeating: 0, count: 24 << 20))]))
        let error = try #require(throws: ArchiveError.self) { try unpacking.unpack(archive, format: .tar, into: scratch.out) }
        #expect(error.code == .tooLarge && error.reason.contains("200 times"))
        var strict = Unpacking(limits: ArchiveLimits(entries: 10, entryBytes: 1_000, totalBytes: 1_500))
        var tar = HandMadeTar()
        tar.add("a", .init(repeating: 1, count: 1_001))
        #expect(throws: ArchiveError.self) { try strict.unpack(scratch.write(tar.finished, "long"), format: .tar, into: scratch.out) }
        strict.limits.entries = 2
        var many = HandMadeTar()
        for number in 0..<3 { many.add("f\(number)") }
        #expect(throws: ArchiveError.self) { try strict.unpack(scratch.write(many.finished, "many"), format: .tar, into: scratch.out) }
        var total = HandMadeTar()
        for number in 0..<2 { total.add("g\(number)", .init(repeating: 1, count: 900)) }
        #expect(throws: ArchiveError.self) { try strict.unpack(scratch.write(total.finished, "total"), format: .tar, into: scratch.out) }
    }

    @Test("Every archive that ends early is refused or gives a part of the files, and nothing worse")
    func prefixes() throws {
        for (name, format) in [("sample.tar.xz", ArchiveFormat.tar), ("sample.rar", .rar), ("sample.7z", .sevenZip), ("firmware.zip", .zip), ("sample.rom.xz", .compressed)] {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: fixture(name))))
            for length in bytes.indices {
                let scratch = try Scratch()
                let archive = try scratch.write(Array(bytes[..<length]), "sample.rom.xz")
                _ = try? unpacking.unpack(archive, format: format, into: scratch.out)
            }
        }
    }

    @Test("Random damage never does worse than an error")
    func damage() throws {
        var generator = Seeded(state: 7)
        for (name, format) in [("sample.tar.xz", ArchiveFormat.tar), ("sample.rar", .rar), ("sample.7z", .sevenZip), ("firmware.zip", .zip)] {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: fixture(name))))
            for _ in 0..<100 {
                let scratch = try Scratch()
                var damaged = bytes
                for _ in 0..<3 { damaged[Int.random(in: damaged.indices, using: &generator)] = .random(in: 0...255, using: &generator) }
                _ = try? unpacking.unpack(scratch.write(damaged), format: format, into: scratch.out)
            }
        }
    }

    @Test("A download that was cut off is damaged, and a page in its place is no archive")
    func truncated() throws {
        var generator = Seeded(state: 3)
        let whole = try ReproducibleTar.gzipped([.init(path: "a", bytes: (0..<200_000).map { _ in .random(in: 0...255, using: &generator) })])
        let half = try scratch.write(Array(whole[..<(whole.count / 2)]))
        let error = try #require(throws: ArchiveError.self) { try unpacking.unpack(half, format: .tar, into: scratch.out) }
        #expect(error.code == .damaged && error.remedy.contains("again"))
        let page = try scratch.write(Array("<html>Not found</html>".utf8), "page")
        for format in [ArchiveFormat.tar, .zip, .rar, .sevenZip, .compressed] {
            #expect(throws: ArchiveError.self) { try unpacking.unpack(page, format: format, into: scratch.out) }
        }
    }

    @Test("A full disk says so")
    func noSpace() throws {
        var full = unpacking
        full.refusedWrite = { $0 > 5 ? ENOSPC : nil }
        let error = try #require(throws: ArchiveError.self) { try full.unpack(fixture("sample.tar.xz"), format: .tar, into: scratch.out) }
        #expect(error.code == .noSpace && error.remedy.contains("make room"))
    }

    @Test("Unpacking can be stopped")
    func cancelled() throws {
        let stopped = Unpacking(limits: .firmware) { _ in false }
        let error = try #require(throws: ArchiveError.self) { try stopped.unpack(fixture("sample.tar.xz"), format: .tar, into: scratch.out) }
        #expect(error.code == .cancelled)
    }
}

@Suite("Reproducible archives")
struct ReproducibleTarTests {
    @Test("What was packed comes out again, and the bytes are always the same")
    func roundTrip() throws {
        let long = String(repeating: "long/", count: 25) + "name é.txt"
        let entries: [ReproducibleTar.Entry] = [
            .init(path: "a/plugin.yml", bytes: Array("id: a".utf8)), .init(path: "a/empty", bytes: []), .init(path: long, bytes: [1, 2, 3]),
        ]
        let first = try ReproducibleTar.gzipped(entries)
        #expect(try ReproducibleTar.gzipped(entries) == first)
        // The head of gzip (RFC 1952, 2.3) has no time.
        #expect(Array(first[4..<8]) == [0, 0, 0, 0])
        let scratch = try Scratch()
        let files = try Unpacking(limits: .pluginPackage).unpack(scratch.write(first), format: .tar, into: scratch.out)
        #expect(files.map(\.path) == entries.map(\.path) && files.map(\.size) == [5, 0, 3])
    }

    @Test("Bytes that do not compress fit too")
    func incompressible() throws {
        var generator = Seeded(state: 1)
        let bytes = (0..<300_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        #expect(try ReproducibleTar.gzipped([.init(path: "noise", bytes: bytes)]).count > 300_000)
    }
}

@Suite("Names of entries")
struct ArchivePathTests {
    @Test("What stays below the directory is taken", arguments: [("a", "a"), ("./a/b", "a/b"), ("a\\b/c", "a/b/c"), ("a/./b/", "a/b"), (".hidden", ".hidden")])
    func good(name: String, path: String) throws { #expect(try ArchivePath(name)?.text == path) }

    @Test("The directory itself is no entry", arguments: ["./", ".", "././"])
    func itself(name: String) throws { #expect(try ArchivePath(name) == nil) }

    @Test("Long and deep names are refused")
    func long() {
        for name in [String(repeating: "a", count: 256), String(repeating: "a/", count: 33) + "b", String(repeating: "aa/", count: 400), ""] {
            #expect(throws: ArchivePath.Refusal.self) { try ArchivePath(name) }
        }
    }
}

/// A generator that gives the same numbers each time (SplitMix64).
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
