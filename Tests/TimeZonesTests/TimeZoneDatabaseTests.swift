// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing
import TimeZones

/// A zoneinfo directory with a few zones, removed at the end.
private func withDirectory(_ body: (TimeZoneDatabase, URL) throws -> Void) throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "zones-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    for (name, sample) in [
        "Europe/Paris": TZifSample.centralEurope(footer: "CET-1CEST,M3.5.0,M10.5.0/3"),
        "Europe/Dublin": TZifSample(clocks: [(3600, false, "IST"), (0, true, "GMT")], footer: "IST-1GMT0,M10.5.0,M3.5.0/1"),
        "America/Indiana/Knox": TZifSample(clocks: [(-21_600, false, "CST")], footer: "CST6CDT,M3.2.0,M11.1.0"),
    ] {
        let file = root.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(sample.bytes).write(to: file)
    }
    try Data("# a table".utf8).write(to: root.appending(path: "zone.tab"))
    try FileManager.default.createSymbolicLink(atPath: root.appending(path: "France").path(), withDestinationPath: "Europe/Paris")
    try body(TimeZoneDatabase(directory: root.path()), root)
}

@Suite struct TimeZoneDatabaseTests {
    @Test func zonesAndLinksAreRead() throws {
        try withDirectory { (database, _) throws in
            #expect(try database.rule(named: "Europe/Paris").posixString == "CET-1CEST,M3.5.0,M10.5.0/3")
            #expect(try database.rule(named: "France") == database.rule(named: "Europe/Paris"))
            #expect(try database.rule(named: "America/Indiana/Knox").standardOffset.wholeHours == -6)
            #expect(try database.rule(named: "Europe/Dublin").posixString == "GMT0IST,M3.5.0/1,M10.5.0")
        }
    }

    @Test func namesAreListed() throws {
        try withDirectory { (database, _) throws in
            #expect(database.names() == ["America/Indiana/Knox", "Europe/Dublin", "Europe/Paris", "France"])
        }
    }

    @Test(arguments: [
        ("Paris", "Europe/Paris"), ("europe/paris", "Europe/Paris"), ("Europe/Pariss", "Europe/Paris"), ("Asia/Dublin", "Europe/Dublin"),
        ("Europe/Dubln", "Europe/Dublin"),
    ])
    func anUnknownZoneBringsSuggestions(asked: String, meant: String) throws {
        try withDirectory { (database, _) throws in
            #expect(throws: TimeZoneError.unknownZone(asked, nearMatches: [meant])) { try database.rule(named: asked) }
        }
    }

    @Test func whatIsFarFromEveryNameBringsNone() throws {
        try withDirectory { (database, _) throws in
            for name in ["Mars/Olympus_Mons", "zone.tab", "Europe"] {
                #expect(throws: TimeZoneError.unknownZone(name, nearMatches: [])) { try database.rule(named: name) }
            }
        }
    }

    @Test(arguments: [
        "", "/etc/passwd", "../../etc/passwd", "Europe/../../x", "Europe//Paris", "Europe/Paris/", "./Europe", ".hidden", "Europe/Pa ris",
        "Europe/Paris\0", "Europé", String(repeating: "A", count: 65),
    ])
    func namesCannotLeadElsewhere(name: String) throws {
        try withDirectory { (database, _) throws in
            #expect(throws: TimeZoneError.invalidName(name.count > 64 ? String(name.prefix(64)) : name)) { try database.rule(named: name) }
        }
    }

    @Test func damagedFilesAreNamed() throws {
        try withDirectory { (database, root) throws in
            let file = root.appending(path: "Europe/Paris")
            try Data(Data(contentsOf: file).dropLast(40)).write(to: file)
            #expect(throws: TimeZoneError.malformed("Europe/Paris", .truncated)) { try database.rule(named: "Europe/Paris") }
            try Data(repeating: 0, count: 200_000).write(to: file)
            #expect(throws: TimeZoneError.malformed("Europe/Paris", .outOfBounds("the size of the file"))) {
                try database.rule(named: "Europe/Paris")
            }
        }
    }

    @Test func aMissingDatabaseIsSaidToBeMissing() {
        let database = TimeZoneDatabase(directory: "/nonexistent")
        #expect(throws: TimeZoneError.missingDatabase(directory: "/nonexistent")) { try database.rule(named: "Europe/Paris") }
    }
}

@Suite(.enabled(if: FileManager.default.fileExists(atPath: TimeZoneDatabase.systemDirectory + "/Europe/Paris")))
struct SystemTimeZoneTests {
    let database = TimeZoneDatabase()

    @Test func everyZoneHasARule() throws {
        let names = database.names()
        #expect(names.count > 300)
        for name in names {
            let rule = try database.rule(named: name, year: 2026)
            #expect(try TimeZoneRule(posix: rule.posixString) == rule, "\(name)")
            #expect(rule.daylight.map { $0.saveSeconds > 0 } ?? true, "\(name)")
        }
    }

    @Test(arguments: [
        ("Europe/Paris", "CET-1CEST,M3.5.0,M10.5.0/3"), ("America/New_York", "EST5EDT,M3.2.0,M11.1.0"), ("Asia/Kolkata", "IST-5:30"),
        ("Europe/Dublin", "GMT0IST,M3.5.0/1,M10.5.0"), ("Africa/Casablanca", "<+01>-1"), ("Asia/Tehran", "<+0330>-3:30"), ("Etc/UTC", "UTC0"),
        ("Australia/Lord_Howe", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"), ("Pacific/Chatham", "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45"),
    ])
    func knownZones(name: String, rule: String) throws {
        #expect(try database.rule(named: name).posixString == rule)
    }
}
