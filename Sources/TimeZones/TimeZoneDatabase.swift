// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// The time zones of the system, in the directory that its tzdata package fills.
public struct TimeZoneDatabase: Hashable, Sendable {
    /// Where the data is on most systems.
    public static let systemDirectory = "/usr/share/zoneinfo"
    /// Bytes of the longest zone name that is looked up; the longest in use has 32.
    public static let maximumNameByteCount = 64

    /// The directory with one file per zone.
    public let directory: String

    /// The zones in a directory.
    public init(directory: String = Self.systemDirectory) {
        self.directory = directory
    }

    /// The rule of the zone with this IANA name, such as `Europe/Paris`; links such as `US/Pacific` work as well.
    ///
    /// Daylight saving time is always counted forward, see ``TimeZoneRule/withPositiveSaving``.
    ///
    /// - Parameter year: the present year, for the few zones whose changes follow no rule, see ``TZifFile/rule(year:)``.
    public func rule(named name: String, year: Int? = nil) throws(TimeZoneError) -> TimeZoneRule {
        guard Self.isValid(name) else { throw .invalidName(String(name.prefix(Self.maximumNameByteCount))) }
        let bytes: [UInt8]
        switch ZoneFiles(directory: directory).read(name) {
        case .bytes(let content):
            bytes = content
        case .failure(let code) where [ENOENT, ENOTDIR, EISDIR, ELOOP].contains(code):
            let names = names()
            throw names.isEmpty
                ? .missingDatabase(directory: directory) : .unknownZone(name, nearMatches: NearMatches.of(name, in: names))
        case .failure(let code):
            throw .unreadable(name, errnoCode: code)
        }
        do throws(TZifError) {
            return try TZifFile(parsing: bytes).rule(year: year)
        } catch .notTZif {
            // The directory also holds tables, which are no zones.
            throw .unknownZone(name, nearMatches: NearMatches.of(name, in: names()))
        } catch {
            throw .malformed(name, error)
        }
    }

    /// The names of all zones, sorted. This walks through the directory.
    public func names() -> [String] {
        ZoneFiles(directory: directory).names()
    }

    /// Whether a text is made like the name of a zone, and so leads nowhere but below the directory.
    static func isValid(_ name: String) -> Bool {
        guard (1...maximumNameByteCount).contains(name.utf8.count) else { return false }
        return name.utf8.split(separator: 0x2F, omittingEmptySubsequences: false).allSatisfy { component in
            component.first.map { isNameByte($0) && $0 != 0x2E } == true && component.allSatisfy(isNameByte)
        }
    }

    /// Letters, digits, and `_`, `-`, `+` and `.`.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D, 0x2B, 0x2E: true
        default: false
        }
    }
}
