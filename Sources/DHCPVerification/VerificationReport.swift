// SPDX-License-Identifier: GPL-3.0-or-later

public import DHCPConfig
import JSONText
public import NetTypes

/// What a verification found.
public struct VerificationReport: Sendable, Hashable {
    /// The server's kind.
    public let platform: ServerPlatform
    /// How many DISCOVERs were sent.
    public let probes: Int
    /// Every value that was expected or came.
    public let rows: [VerificationRow]

    /// The server that was verified, as it names itself; `nil` for a staged one, or if none answered.
    public let server: IPv4Address?
    /// Who else answered.
    public let otherServers: [OtherServer]

    /// A server that answers beside the site's.
    public struct OtherServer: Sendable, Hashable {
        /// Its name for itself (option 54).
        public let address: IPv4Address
        /// The hardware address from which its frames came: its own or a relay's.
        public let hardware: MACAddress?
        /// How many DISCOVERs it answered.
        public let answers: Int
        /// What was wrong with its offers.
        public let wrong: [VerificationRow]
    }

    /// Makes a report.
    public init(
        platform: ServerPlatform, probes: Int, rows: [VerificationRow], server: IPv4Address? = nil, otherServers: [OtherServer] = []
    ) {
        self.platform = platform
        self.probes = probes
        self.rows = rows
        self.server = server
        self.otherServers = otherServers
    }

    /// Whether every phone is told what it should be, and by one server.
    public var isGood: Bool { failures.isEmpty && otherServers.isEmpty }

    /// The values that are not what phones should be told.
    public var failures: [VerificationRow] { rows.filter(\.isFailure) }

    /// The report as JSON, with every row.
    public var json: String {
        let list: [JSONValue] = rows.map { row in
            var members: JSONObject = [
                "family": .string(row.family), "sample": .string(row.sample), "subnet": .string(row.subnet),
                "asked": .string(row.request.rawValue), "place": .string(row.place),
                "expected": row.expected.map { .string(hexadecimal($0)) } ?? .null,
                "got": row.got.map { .string(hexadecimal($0)) } ?? .null, "verdict": .string(row.verdict.word),
            ]
            if case .known(let reason) = row.verdict { members["reason"] = .string(reason) }
            members["location"] = row.location.map { .string($0.description) }
            return .object(members)
        }
        let others: [JSONValue] = otherServers.map { server in
            [
                "address": .string(server.address.description), "hardware": server.hardware.map { .string($0.description) } ?? .null,
                "answers": .int(server.answers), "wrong": .int(server.wrong.count),
            ]
        }
        var report: JSONObject = [
            "server": .string(platform.rawValue), "discovers": .int(probes), "values": .int(rows.count),
            "failures": .int(failures.count), "rows": .array(list),
        ]
        report["server_address"] = server.map { .string($0.description) }
        report["other_servers"] = others.isEmpty ? nil : .array(others)
        return JSONValue.object(report).text(.indented) + "\n"
    }

    /// The report for people: a table, the known habits of the server, what to change, and a last line with numbers.
    ///
    /// - Parameter complete: Whether values that are right are listed too.
    public func text(complete: Bool) -> String {
        var text = table(complete ? rows : failures)
        if !complete { text += summary() }
        for other in otherServers { text += "\(Self.words(other, of: probes))\n" }
        for habit in habits() { text += "known: \(habit)\n" }
        for remedy in remedies() { text += "change: \(remedy)\n" }
        let same = rows.count { $0.verdict == .same }, known = rows.count - same - failures.count
        return text + "\(server.map { "\($0)" } ?? platform.rawValue): \(probes) DISCOVERs, \(same) values as expected, \(known) known differences, \(failures.count) wrong\n"
    }

    // MARK: Parts

    private static func words(_ other: OtherServer, of probes: Int) -> String {
        let place = other.hardware.map { " (\($0))" } ?? ""
        let example = other.wrong.first.map { row in
            ", such as \(row.place) for \(row.family): \(cell(row.got, row.place)) and not \(cell(row.expected, row.place))"
        }
        let wrong = "\(other.wrong.count == 0 ? "no" : "\(other.wrong.count)") value\(other.wrong.count == 1 ? "" : "s") wrong\(example ?? "")"
        return """
            other server: \(other.address)\(place) answers too, \(other.answers) of \(probes) DISCOVERs, \(wrong)
            change: phones take whichever offer comes first: end the server at \(other.address), or let it tell phones the same; if it is \
            the right one, say --server \(other.address)
            """
    }

    /// A row as it is shown: probes that came to the same stand on one line.
    private struct Line: Hashable {
        var cells: [String]
    }

    private func table(_ rows: [VerificationRow]) -> String {
        guard !rows.isEmpty else { return "" }
        var lines: [Line] = [], subnets: [Line: [String]] = [:]
        for row in rows {
            // An address in the range is right wherever it lies.
            let isAddress = row.verdict == .same && row.got != nil && row.place.hasPrefix("address")
            let line = Line(cells: [
                row.family, Self.cut(row.sample), row.place, Self.cell(row.expected, row.place), isAddress ? "in place" : Self.cell(row.got, row.place), row.verdict.word,
            ])
            let shown = isAddress ? Line(cells: Array(line.cells.prefix(3)) + ["any", "in place", "same"]) : line
            if subnets[shown] == nil { lines.append(shown) }
            if subnets[shown]?.contains(row.subnet) != true { subnets[shown, default: []].append(row.subnet) }
        }
        let cells = [["FAMILY", "SAMPLE", "OPTION", "EXPECTED", "GOT", "VERDICT", "SUBNETS"]]
            + lines.map { $0.cells + [(subnets[$0] ?? []).joined(separator: ",")] }
        let widths = (0..<7).map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ").trimmingEnd + "\n"
        }.joined()
    }

    /// Places that hold addresses, by how their titles end.
    private static let addressTitles = ["(yiaddr)", "(siaddr)", "(subnet mask)", "(router)", "(name servers)", "(NTP servers)", "(TFTP server addresses)"]

    private static func cell(_ octets: [UInt8]?, _ place: String) -> String {
        guard let octets else { return "-" }
        if addressTitles.contains(where: place.hasSuffix), octets.count % 4 == 0 {
            let addresses = stride(from: 0, to: octets.count, by: 4).compactMap { IPv4Address(octets: octets[$0..<($0 + 4)]) }
            return cut(addresses.map(\.description).joined(separator: " "))
        }
        if place.hasSuffix("(lease time)"), octets.count == 4 { return "\(octets.reduce(0) { $0 << 8 | UInt32($1) }) s" }
        return cut(readable(octets))
    }

    private static func cut(_ text: String) -> String { text.count > 44 ? text.prefix(43) + "…" : text }

    private func summary() -> String {
        var families: [String] = []
        for row in rows where !families.contains(row.family) { families.append(row.family) }
        return families.map { family in
            let own = rows.filter { $0.family == family }
            let samples = Set(own.map(\.sample)).count
            let wrong = own.count(where: \.isFailure)
            return "\(family): \(samples) sample\(samples == 1 ? "" : "s"), \(own.count) values, \(wrong == 0 ? "none" : "\(wrong)") wrong\n"
        }.joined()
    }

    private func habits() -> [String] {
        var texts: [String] = []
        for case .known(let text) in rows.map(\.verdict) where !texts.contains(text) { texts.append(text) }
        return texts
    }

    private func remedies() -> [String] {
        var texts: [String] = []
        for row in failures {
            let place = row.location.map { " (\($0))" } ?? ""
            let text =
                switch row.verdict {
                case .same, .known: ""
                case .missing where row.place.hasPrefix("address"):
                    "in “\(row.subnet)” the server offers \(row.family) nothing: see that it serves the subnet and has free addresses there\(place)"
                case .missing: "\(row.family) does not get \(row.place) in “\(row.subnet)”\(place): apply the generated configuration"
                case .different: "\(row.family) gets another value of \(row.place) in “\(row.subnet)”\(place): apply the generated configuration, and look for another statement of it"
                case .unexpected where row.place.hasPrefix("address"):
                    "in “\(row.subnet)” a client that is no phone gets an address, though the subnet is for phones\(place)"
                case .unexpected: "\(row.family) gets \(row.place) in “\(row.subnet)”, which is meant for others: look for a statement of it outside the classes"
                }
            if !texts.contains(text) { texts.append(text) }
        }
        return texts
    }
}

extension String {
    fileprivate var trimmingEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
