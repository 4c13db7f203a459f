// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText
import Testing

@testable import PluginPackages

@Suite("Indexes of repositories")
struct IndexTests {
    private let workshop: Workshop
    private let today = CalendarDay(time: 1_800_000_000)

    init() throws { workshop = try Workshop() }

    @Test("An index lists what is in the directory, and grows its serial only when that changes")
    func writing() throws {
        _ = try workshop.package(in: "repo")
        _ = try workshop.package(version: "1.1.0", in: "repo/testing")
        let directory = RepositoryDirectory(workshop.path + "/repo")
        let first = try directory.writeIndex(name: "example", expires: nil)
        #expect(first.changed && first.index.serial == 1)
        #expect(first.index.packages.map { "\($0.id) \($0.version) \($0.channel) \($0.file)" } == [
            "acme-2 1.0.0 stable acme-2-1.0.0.tar.gz", "acme-2 1.1.0 testing testing/acme-2-1.1.0.tar.gz",
        ])
        #expect(first.index.packages[0].description(locale: "fr_CA") == "Téléphones Acme")
        #expect(first.index.packages[0].capabilities["Acme, A10, 2.4"]?["lines"] == 2)
        let bytes = try BoundedFile.read(workshop.path + "/repo/index.json", limit: 1 << 20)
        #expect(try RepositoryIndex(parsing: bytes, file: "x") == first.index)
        #expect(try !directory.writeIndex(name: nil, expires: nil).changed)
        #expect(try BoundedFile.read(workshop.path + "/repo/index.json", limit: 1 << 20) == bytes)
        _ = try workshop.package(version: "1.2.0", in: "repo")
        let second = try directory.writeIndex(name: nil, expires: CalendarDay("2030-01-01"))
        #expect(second.changed && second.index.serial == 2 && second.index.packages.count == 3)
    }

    @Test("A package under another's name, or twice, keeps the index from being written")
    func misnamed() throws {
        _ = try workshop.package(in: "repo")
        _ = try workshop.package(in: "repo/testing")
        let directory = RepositoryDirectory(workshop.path + "/repo")
        #expect(throws: PackageError.self) { try directory.writeIndex(name: "example", expires: nil) }
        try FileManager.default.removeItem(atPath: workshop.path + "/repo/testing")
        try FileManager.default.moveItem(atPath: workshop.path + "/repo/acme-2-1.0.0.tar.gz", toPath: workshop.path + "/repo/other-1.tar.gz")
        let error = try #require(throws: PackageError.self) { try directory.writeIndex(name: "example", expires: nil) }
        #expect(error.remedy.contains("acme-2-1.0.0.tar.gz"))
    }

    private func index(_ serial: Int, name: String = "example", expires: String? = nil) -> RepositoryIndex {
        RepositoryIndex(name: name, serial: serial, expires: expires.flatMap(CalendarDay.init), packages: [])
    }

    @Test("An older index, another repository's and one that expired are refused")
    func rollback() throws {
        try index(5).mayFollow(nil, sameBytes: false, day: today, file: "x")
        try index(5).mayFollow(index(5), sameBytes: true, day: today, file: "x")
        try index(6, expires: "2027-01-15").mayFollow(index(5), sameBytes: false, day: today, file: "x")
        for (index, sameBytes) in [
            (index(4), false), (index(5), false), (index(6, name: "other"), false), (index(6, expires: "2027-01-14"), false),
        ] {
            let error = try #require(throws: PackageError.self) {
                try index.mayFollow(self.index(5), sameBytes: sameBytes, day: today, file: "x")
            }
            #expect([.outdated, .untrusted].contains(error.code) && !error.remedy.isEmpty)
        }
    }

    @Test("Days are those of the calendar")
    func days() {
        #expect(today.description == "2027-01-15")
        #expect(CalendarDay(time: 0).description == "1970-01-01" && CalendarDay(time: 951_782_400).description == "2000-02-29")
        #expect(CalendarDay(time: 4_102_444_799).description == "2099-12-31" && CalendarDay(time: -5).description == "1970-01-01")
        for text in ["2027-1-15", "2027-13-01", "2027-01-32", "", "20270115", "2027/01/15", "٢٠٢٧-01-15"] { #expect(CalendarDay(text) == nil) }
    }

    @Test("Hostile indexes are refused", arguments: [
        "", "{}", #"{"format":1,"repository":"a","serial":0,"packages":[]}"#, #"{"format":1,"repository":"a/b","serial":1,"packages":[]}"#,
        #"{"format":1,"repository":"a","serial":1,"packages":{}}"#, #"{"format":1,"repository":"a","serial":1e99,"packages":[]}"#,
        #"{"format":1,"repository":"a","serial":1,"expires":"never","packages":[]}"#, #"{"format":1,"repository":"a","serial":1,"packages":[1]}"#,
    ])
    func hostile(text: String) {
        #expect(throws: PackageError.self) { try RepositoryIndex(parsing: Array(text.utf8), file: "x") }
    }

    @Test("A listing may not lead out of the repository", arguments: ["../x", "/etc/passwd", "a?b", "a#b", "http://x/y", "a%2e", "a b", ""])
    func listingPath(file: String) throws {
        _ = try workshop.package(in: "repo")
        let index = try RepositoryDirectory(workshop.path + "/repo").writeIndex(name: "example", expires: nil).index
        let text = String(decoding: index.bytes, as: UTF8.self).replacing("\"acme-2-1.0.0.tar.gz\"", with: "\"\(file)\"")
        #expect(throws: PackageError.self) { try RepositoryIndex(parsing: Array(text.utf8), file: "x") }
    }
}
