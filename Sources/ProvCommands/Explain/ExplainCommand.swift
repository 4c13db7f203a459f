// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import JSONText

/// `provctl explain`: one phone's whole story on one page.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Show one phone's whole story: how it was recognised, what it asked for and was given, and what comes next.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var device: DeviceArgument

    func run() async throws {
        let client = try APIClient(connection), path = try device.path()
        let document = try await client.get(path)
        let evidence = try await client.get(path + "/evidence")
        let timeline = try await client.get(path + "/timeline")
        let config = try await Self.optional { try await client.get(path + "/config") }
        let files = try await client.get(path + "/files")
        var advice: JSONValue?
        if let mac = document["mac"]?.string {
            let vendor = try document["vendor"]?.string.map { "&vendor=\(try PathSegment.encode($0))" } ?? ""
            advice = try await Self.optional { try await client.get("/1.0/dhcp/advice?mac=\(mac)\(vendor)") }
        }
        let page = ExplainPage(
            device: document, evidence: evidence, events: timeline["events"]?.array ?? [], config: config, files: files["files"]?.array ?? [],
            advice: advice)
        print(connection.json ? page.json.text(.indented) : page.text)
    }

    /// What there is, or nothing if there is none: a page with a gap is better than no page.
    private static func optional(_ body: () async throws -> JSONValue) async throws -> JSONValue? {
        do {
            return try await body()
        } catch let failure as APIClient.Failure where failure.kind == .notFound || failure.kind == .conflict {
            return nil
        }
    }
}

/// The page, made of what the API says.
struct ExplainPage {
    let device: JSONValue
    let evidence: JSONValue
    let events: [JSONValue]
    let config: JSONValue?
    let files: [JSONValue]
    let advice: JSONValue?

    /// How many parameters are shown. A phone with a thousand function keys fits on no page.
    private static let maximumParameters = 60

    var json: JSONValue {
        [
            "device": device, "evidence": evidence, "events": .array(events), "config": config ?? .null, "files": .array(files),
            "dhcp": advice ?? .null,
        ]
    }

    var text: String {
        let sections = [head, recognition, dhcp, plugin, asked, parameters, sip, next]
        return sections.filter { !$0.isEmpty }.map { $0.map(Table.printable).joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private var head: [String] {
        let name = [device["vendor"]?.string, device["model"]?.string].compactMap(\.self).joined(separator: " ")
        let lines = device["lines"]?.array?.map { "\($0["number"]?.string ?? "") \($0["display_name"]?.string ?? "")" }.joined(separator: ", ") ?? ""
        return [
            "\(device["mac"]?.string ?? device["id"]?.string ?? "-")  \(name.isEmpty ? "of unknown make" : name)",
            "  id        \(device["id"]?.string ?? "-")", "  address   \(device["ip"]?.string ?? "not known")",
            "  firmware  \(device["version"]?.string ?? "not known")", "  lines     \(lines.isEmpty ? "none: it is in autoprov" : lines)",
        ]
    }

    private var recognition: [String] {
        var rows = ["HOW IT WAS RECOGNISED"]
        for sighting in evidence["sightings"]?.array ?? [] {
            let basis = sighting["basis"]?.array?.compactMap(\.string).joined(separator: "; ") ?? ""
            rows.append(
                "  \(sighting["source"]?.string ?? "-") (\(sighting["trust"]?.string ?? "-")), \(sighting["count"]?.int ?? 0) times, last \(Clock.moment(sighting["last"]) ?? "-"): \(basis)")
        }
        rows += events.filter { $0["step"] == "recognised" }.suffix(3).map { "  " + TimelineLine($0, showsDevice: false).text }
        if let binding = evidence["binding"], !binding.isNull {
            rows.append("  bound to \(binding["ip"]?.string ?? "-") by \(binding["source"]?.string ?? "-") since \(Clock.moment(binding["time"]) ?? "-")")
        } else {
            rows.append("  bound to no address: no DHCP message of it was seen")
        }
        return rows
    }

    private var dhcp: [String] {
        var rows = ["DHCP"]
        if let advice, let family = advice["family"]?.string {
            rows.append("  it should get, as \(family):")
            rows += advice["values"]?.array?.compactMap(\.string).map { "    \($0)" } ?? []
        } else {
            rows.append("  what it should get is not known: no vendor definition knows its address or make")
        }
        let seen = events.filter { $0["step"] == "dhcp" }.suffix(5)
        rows.append(seen.isEmpty ? "  no DHCP message of it was seen" : "  it got:")
        rows += seen.map { "    " + TimelineLine($0, showsDevice: false).text }
        return rows
    }

    private var plugin: [String] {
        let name = device["plugin"]?.string ?? "none"
        guard let association = evidence["association"], !association.isNull else {
            return ["PLUGIN", name == "none" ? "  none serves it" : "  \(name), which an administrator chose"]
        }
        return ["PLUGIN", "  \(name), which provd chose at level \(association["level"]?.int ?? 0) of 600: \(association["reason"]?.string ?? "-")"]
    }

    private var asked: [String] {
        let fetched = events.filter { $0["step"] == "fetched" }
        var rows = ["FILES"]
        rows += fetched.isEmpty ? ["  it asked for none"] : fetched.suffix(12).map { "  " + TimelineLine($0, showsDevice: false).text }
        let expected = files.filter { $0["trigger"] == true }.compactMap { $0["path"]?.string }
        if !expected.isEmpty { rows.append("  it has its configuration when it has fetched \(expected.joined(separator: " or "))") }
        return rows
    }

    private var parameters: [String] {
        guard let config, let raw = config["raw_config"]?.object else { return ["CONFIGURATION", "  none: it has no config"] }
        var rows: [String] = []
        Self.flatten(raw, prefix: "", config["provenance"]?.object ?? [:], into: &rows)
        let shown = rows.prefix(Self.maximumParameters)
        let rest = rows.count - shown.count
        return ["CONFIGURATION (\(device["config"]?.string ?? "-"))"] + shown + (rest > 0 ? ["  … and \(rest) more: provctl explain --json"] : [])
    }

    private static func flatten(_ object: JSONObject, prefix: String, _ provenance: JSONObject, into rows: inout [String]) {
        for (name, value) in object {
            if let inner = value.object { flatten(inner, prefix: prefix + name + ".", provenance, into: &rows) } else {
                rows.append("  \(prefix)\(name) = \(value.string ?? value.text())    from \(provenance[prefix + name]?.string ?? "?")")
            }
        }
    }

    private var sip: [String] {
        let registered = events.filter { $0["step"] == "registered" }
        return ["SIP"] + (registered.isEmpty ? ["  it never registered"] : registered.suffix(3).map { "  " + TimelineLine($0, showsDevice: false).text })
    }

    private var next: [String] { ["NEXT", "  \(device["state"]?["next_step"]?.string ?? "-")"] }
}
