// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import ProvModel
import Testing

@testable import Provisioning

/// The files that phones have sent, on disk.
@Suite final class UploadShelfTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "provd-uploads-\(UUID().uuidString)")

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func shelf(_ change: (inout UploadShelf.Limits) -> Void = { _ in }) -> UploadShelf {
        var limits = UploadShelf.Limits()
        change(&limits)
        return UploadShelf(directory: folder.path, limits: limits)
    }

    private func device(_ text: String) throws -> DeviceID { try #require(DeviceID(text)) }

    @Test(arguments: [
        ("/02aabbccddee-app.log", "02aabbccddee-app.log"), ("/logs/a.log", "logs%2Fa.log"), ("/.hidden", "%2Ehidden"), ("/", "file"),
        ("/a b~1", "a%20b%7E1"), ("/é", "%C3%A9"), ("//..", "%2E."),
    ])
    func namesAreSafe(_ path: String, _ name: String) {
        #expect(UploadShelf.name(ofPath: path) == name)
    }

    @Test func longNamesAreCut() {
        #expect(UploadShelf.name(ofPath: "/" + String(repeating: "x", count: 1000)).utf8.count == 200)
    }

    @Test func nothingIsThereAtFirst() throws {
        #expect(shelf().entries(of: try device("a")).isEmpty)
        #expect(shelf().bytes(ofFile: "../b/log", of: try device("a")) == nil)
    }

    @Test func aDevicesOldestFilesMakeRoom() throws {
        let shelf = shelf {
            $0.deviceByteCount = 250
            $0.formerCopies = 0
        }
        let device = try device("a")
        for name in ["one", "two", "three", "four"] {
            try shelf.store([UInt8](repeating: 0, count: 100), as: name, of: device)
            try age(device, except: name)
        }
        #expect(Set(shelf.entries(of: device).map(\.name)) == ["three", "four"])
    }

    @Test func thereAreOnlySoManyFiles() throws {
        let shelf = shelf { $0.deviceFileCount = 3 }
        let device = try device("a")
        for number in 0..<10 {
            try shelf.store([1], as: "log\(number)", of: device)
            try age(device, except: "log\(number)")
        }
        #expect(shelf.entries(of: device).map(\.name) == ["log7", "log8", "log9"])
    }

    @Test func allDevicesTogetherAreBounded() throws {
        let shelf = shelf { $0.totalByteCount = 1000 }
        for number in 0..<30 {
            let id = try device("device\(number)")
            try shelf.store([UInt8](repeating: 0, count: 100), as: "log", of: id)
            try age(id, except: "")
        }
        let sizes = try (0..<30).map { try shelf.entries(of: device("device\($0)")).reduce(0) { $0 + $1.byteCount } }
        #expect(sizes.reduce(0, +) <= 1000)
        #expect(sizes.last == 100)
        #expect(sizes.first == 0)
        // Another process counts what is there.
        let another = UploadShelf(directory: folder.path)
        #expect(try another.entries(of: device("device29")).map(\.name) == ["log"])
    }

    /// Makes a device's files older, each time by more, since they were all made in the same moment.
    private func age(_ device: DeviceID, except name: String) throws {
        let files = FileManager.default
        let place = folder.appending(path: device.description)
        for url in try files.contentsOfDirectory(at: place, includingPropertiesForKeys: nil) where url.lastPathComponent != name {
            let date = try #require(try files.attributesOfItem(atPath: url.path)[.modificationDate] as? Date)
            try files.setAttributes([.modificationDate: date.addingTimeInterval(-100)], ofItemAtPath: url.path)
        }
    }
}
