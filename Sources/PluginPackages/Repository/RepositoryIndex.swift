// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import PhonePlugins

/// What a repository offers: its `index.json`.
///
/// The counter `serial` grows with each change, so that nobody can pass an old index, with old faults in its plugins, off as the
/// present one. An index may say until which day it holds.
public struct RepositoryIndex: Sendable, Hashable {
    /// Names of the files in a repository.
    public static let fileName = "index.json"

    /// The repository's name for itself, which never changes.
    public let name: String
    /// Grows with each change.
    public let serial: Int
    /// The last day on which it holds, in UTC, or `nil` if it holds for ever.
    public let expires: CalendarDay?
    /// The packages, ordered by id and version.
    public let packages: [PackageListing]

    /// Makes an index.
    public init(name: String, serial: Int, expires: CalendarDay?, packages: [PackageListing]) {
        self.name = name
        self.serial = serial
        self.expires = expires
        self.packages = packages.sorted {
            $0.id != $1.id ? $0.id < $1.id : $0.version != $1.version ? compareNumerically($0.version, $1.version) < 0 : $0.channel.rawValue < $1.channel.rawValue
        }
    }

    /// Reads an index.
    ///
    /// - Parameter file: The name that complaints give to it.
    public init(parsing bytes: [UInt8], file: String) throws(PackageError) {
        func malformed(_ reason: String) -> PackageError {
            PackageError(.malformed, file, reason, remedy: "ask the repository's maintainers; “provctl plugin index” makes a sound one")
        }
        let document = try SealedDocument.parse(bytes, limit: PackageLimits.indexBytes, malformed: malformed)
        guard let name = document["repository"]?.string, Self.isName(name) else { throw malformed("“repository” is no name") }
        guard let serial = document["serial"]?.int, serial > 0 else { throw malformed("“serial” is no number from 1") }
        var expires: CalendarDay?
        if let value = document["expires"], !value.isNull {
            guard let day = value.string.flatMap(CalendarDay.init) else { throw malformed("“expires” is no day such as 2027-06-30") }
            expires = day
        }
        guard let list = document["packages"]?.array, list.count <= PackageLimits.indexEntries else {
            throw malformed("it has no list of at most \(PackageLimits.indexEntries) packages")
        }
        var packages: [PackageListing] = []
        var seen: Set<String> = []
        for (position, entry) in list.enumerated() {
            do throws(PackageListing.Fault) {
                let listing = try PackageListing(entry)
                guard seen.insert("\(listing.id) \(listing.version)").inserted else {
                    throw PackageListing.Fault(reason: "\(listing.id) \(listing.version) is listed twice")
                }
                packages.append(listing)
            } catch {
                throw malformed("package \(position + 1) of the list: \(error.reason)")
            }
        }
        self.init(name: name, serial: serial, expires: expires, packages: packages)
    }

    /// The file's bytes.
    public var bytes: [UInt8] {
        var document: JSONObject = ["format": 1, "repository": .string(name), "serial": .int(serial)]
        document["expires"] = (expires?.description).map(JSONValue.string)
        document["packages"] = .array(packages.map(\.document))
        return JSONValue.object(document).serialized(.indented) + [0x0A]
    }

    /// Whether a text can name a repository: letters, digits, `.`, `-` and `_`.
    public static func isName(_ text: String) -> Bool { PluginID(text) != nil }

    /// Checks that the index may take the place of one that is known.
    ///
    /// - Parameters:
    ///   - known: The index before, or `nil` if there was none.
    ///   - sameBytes: Whether both have the same bytes.
    ///   - day: Today, in UTC.
    public func mayFollow(_ known: RepositoryIndex?, sameBytes: Bool, day: CalendarDay, file: String) throws(PackageError) {
        try checkHolds(on: day, file: file)
        guard let known else { return }
        guard name == known.name else {
            throw PackageError(
                .untrusted, file, "it is the index of “\(name)”, and that of “\(known.name)” was known here",
                remedy: "if the repository was renamed on purpose, remove it and add it again")
        }
        guard serial >= known.serial else {
            throw PackageError(
                .outdated, file, "its serial is \(serial), and \(known.serial) was known: it is older",
                remedy: "somebody may be offering old plugins. If its maintainers say that it was set back on purpose, remove the repository and add it again")
        }
        guard serial > known.serial || sameBytes else {
            throw PackageError(
                .outdated, file, "it differs from the one that was known, and has the same serial \(serial)",
                remedy: "its maintainers must raise the serial, as “provctl plugin index” does")
        }
    }

    /// Checks that the index has not expired.
    public func checkHolds(on day: CalendarDay, file: String) throws(PackageError) {
        guard let expires, expires < day else { return }
        throw PackageError(
            .outdated, file, "it held until \(expires)",
            remedy: "update it; if that does not help, its maintainers must publish a new one. See that this machine's clock is right")
    }
}

/// A day of the Gregorian calendar.
public struct CalendarDay: Sendable, Hashable, Comparable, CustomStringConvertible {
    private let year, month, day: Int

    /// Reads `2027-06-30`.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Int(text.prefix(4)), let month = Int(text.dropFirst(5).prefix(2)), let day = Int(text.suffix(2)),
            (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// The day of a time in seconds since 1970, in UTC.
    public init(time: Double) {
        // Howard Hinnant's days-to-civil: eras of 400 years, years that begin in March.
        let days = Int(max(0, min(time, 253_370_764_800)) / 86_400) + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    public var description: String {
        func padded(_ number: Int, _ width: Int) -> String { String(repeating: "0", count: width - String(number).count) + String(number) }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    public static func < (left: CalendarDay, right: CalendarDay) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}
