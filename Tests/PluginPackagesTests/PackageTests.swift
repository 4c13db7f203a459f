// SPDX-License-Identifier: GPL-3.0-or-later

import Archives
import Foundation
import PhonePlugins
import Testing

@testable import PluginPackages

@Suite("Packages")
struct PackageTests {
    private let workshop: Workshop

    init() throws { workshop = try Workshop() }

    @Test("A plugin is packed with its family, always into the same bytes, and loads from the package")
    func roundTrip() throws {
        let source = try workshop.plugin()
        let packed = try PluginPackage.pack(source)
        #expect(packed.name == "acme-2-1.0.0.tar.gz")
        #expect(
            packed.manifest.files.map(\.path) == [
                "common.yml", "files/logos/0.bmp", "files/logos/1.bmp", "files/logos/2.bmp", "plugin.yml", "templates/base.j2", "templates/device.cfg.j2",
            ])
        // Other times and another directory change nothing.
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: source + "/plugin.yml")
        #expect(try PluginPackage.pack(source).bytes == packed.bytes)
        let package = try workshop.write(packed.name, packed.bytes)
        let (manifest, plugin) = try PluginPackage.unpack(package, into: workshop.make("out"))
        #expect(manifest == packed.manifest && plugin.id.text == "acme-2" && plugin.manifest.vendor == "Acme")
        #expect(plugin.file(forPath: "/logos/1.bmp", protocol: .http) != nil)
    }

    @Test("A plugin with a fault is not packed, and the fault is named")
    func fault() throws {
        let source = try workshop.plugin(extra: "nonsense: 1")
        let error = try #require(throws: PackageError.self) { try PluginPackage.pack(source) }
        #expect(error.description.contains("nonsense") && error.description.contains("plugin.yml:"))
    }

    @Test("What its list of sums does not promise is refused", arguments: ["added", "changed", "missing", "other version", "no list"])
    func tampered(how: String) throws {
        let good = try PluginPackage.pack(try workshop.plugin())
        _ = try PluginPackage.unpack(try workshop.write("good", good.bytes), into: workshop.make("good-out"))
        var entries: [ReproducibleTar.Entry] = [.init(path: "package.json", bytes: good.manifest.bytes)]
        for file in good.manifest.files {
            entries.append(.init(path: file.path, bytes: try BoundedFile.read(workshop.path + "/good-out/" + file.path, limit: 1 << 20)))
        }
        switch how {
        case "added": entries.append(.init(path: "templates/extra.j2", bytes: [1]))
        case "changed": entries[2] = .init(path: entries[2].path, bytes: .init(repeating: 9, count: 2_000))
        case "missing": entries.remove(at: 2)
        case "no list": entries.removeFirst()
        default:
            let other = PackageManifest(id: good.manifest.id, version: "9.9", files: good.manifest.files)
            entries[0] = .init(path: "package.json", bytes: other.bytes)
        }
        let package = try workshop.write("bad", try ReproducibleTar.gzipped(entries))
        let error = try #require(throws: PackageError.self) { try PluginPackage.unpack(package, into: workshop.make("bad-out")) }
        #expect([.mismatch, .malformed].contains(error.code))
    }

    @Test("A manifest that is far too long, and other hostile ones, are refused")
    func hostileManifests() throws {
        for text in [
            "", "[]", "{}", #"{"format":2}"#, #"{"format":1,"id":"../x","version":"1","files":[]}"#, #"{"format":1,"id":"a","version":"../1","files":[]}"#,
            #"{"format":1,"id":"a","version":"1","files":[{"path":"../p","size":1,"sha256":"00"}]}"#, #"{"format":1,"id":"a","version":"1"}"#,
        ] {
            #expect(throws: PackageError.self) { try PackageManifest(parsing: Array(text.utf8), file: "test") }
        }
        let huge = try ReproducibleTar.gzipped([.init(path: "package.json", bytes: .init(repeating: 0x20, count: PackageLimits.manifestBytes + 1))])
        let error = try #require(throws: PackageError.self) {
            try PluginPackage.unpack(try workshop.write("huge", huge), into: workshop.make("out"))
        }
        #expect(error.reason.contains("longer than"))
    }

    @Test("A file longer than it may be is not read to its end")
    func boundedRead() throws {
        // A file of 1 GB that takes no room.
        let path = workshop.path + "/sparse"
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.truncate(atOffset: 1 << 30)
        try handle.close()
        let error = try #require(throws: PackageError.self) { try BoundedFile.read(path, limit: PackageLimits.manifestBytes) }
        #expect(error.code == .malformed)
    }
}

@Suite("Keys and signatures")
struct SignatureTests {
    private let sum = String(repeating: "ab", count: 32)

    @Test("A signature is good for its key, its bytes and its purpose alone")
    func signatures() throws {
        let key = SigningKey(), other = SigningKey()
        var file = SignatureFile()
        try file.sign(sha256: sum, as: .package, with: key)
        let read = try SignatureFile(parsing: file.bytes, file: "x.sig")
        #expect(try read.verify(sha256: sum, as: .package, by: [other.verifyingKey, key.verifyingKey], file: "x") == key.verifyingKey)
        for (sum, purpose, keys) in [
            (sum, SignatureFile.Purpose.index, [key.verifyingKey]), (String(repeating: "cd", count: 32), .package, [key.verifyingKey]),
            (sum, .package, [other.verifyingKey]), (sum, .package, []),
        ] {
            let error = try #require(throws: PackageError.self) { try read.verify(sha256: sum, as: purpose, by: keys, file: "x") }
            #expect(error.code == .untrusted)
        }
        let unsigned = try #require(throws: PackageError.self) {
            try SignatureFile().verify(sha256: sum, as: .package, by: [key.verifyingKey], file: "x")
        }
        #expect(unsigned.reason.contains("not signed"))
    }

    @Test("Keys are texts, and signing again gives the same bytes")
    func keys() throws {
        let key = SigningKey()
        let again = try SigningKey("# a comment\n" + key.secretText + "\n")
        #expect(try VerifyingKey(again.verifyingKey.description) == key.verifyingKey)
        var first = SignatureFile(), second = SignatureFile()
        try first.sign(sha256: sum, as: .index, with: key)
        try second.sign(sha256: sum, as: .index, with: again)
        #expect(first == second)
        for text in ["", "provd-public-key:", "provd-public-key:AAAA", key.secretText, "x\n" + key.verifyingKey.description] {
            #expect(throws: PackageError.self) { try VerifyingKey(text) }
        }
        #expect(throws: PackageError.self) { try SigningKey(key.verifyingKey.description) }
    }

    @Test("Every prefix of a file of signatures is refused")
    func prefixes() throws {
        var file = SignatureFile()
        try file.sign(sha256: sum, as: .index, with: SigningKey())
        for length in 0..<(file.bytes.count - 1) where file.bytes[..<length].last != UInt8(ascii: "}") || length < file.bytes.count - 2 {
            #expect(throws: PackageError.self) { try SignatureFile(parsing: Array(file.bytes[..<length]), file: "x") }
        }
    }
}
