// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText
import ProvModel

/// Gathers what goes into a support bundle: from provd, and from the machine if it is this one.
struct SupportCollection {
    /// How many phones are listed, and of how many the timelines go along.
    private static let maximumPhones = 5_000, maximumTimelines = 50
    /// Steps of each timeline, and lines of the log.
    private static let timelineLength = 500, logLines = 3_000
    /// Parts of a timeline that are asked for.
    private static let maximumParts = 50
    /// Phones for which one request asks.
    private static let pageLength = 500

    let client: APIClient

    /// Gathers. What cannot be had is noted, and the rest goes on.
    func collect(into bundle: inout SupportBundle) async {
        bundle.add("version.txt", text: "provctl \(ProvdVersion.text)\nmade \(ISO8601DateFormatter().string(from: Date()))\n")
        for (file, path) in [
            ("status.json", "/1.0/status"), ("doctor.json", "/1.0/doctor"), ("rates-hour.json", "/1.0/rates?interval=60&count=60"),
            ("rates-day.json", "/1.0/rates?interval=1800&count=48"), ("plugins.json", "/1.0/plugins"), ("operations.json", "/1.0/operations"),
            ("code-locks.json", "/1.0/codes/locks"), ("dhcp-families.json", "/1.0/dhcp/families"), ("health.json", "/health/ready"),
        ] {
            do {
                bundle.add(file, try await client.get(path))
            } catch {
                bundle.lacks(file, "\(error)")
            }
        }
        do {
            let metrics = try await client.text("/metrics")
            bundle.add("metrics.txt", text: metrics)
            bundle.add("database.txt", text: metrics.split(separator: "\n").filter { $0.hasPrefix("provd_storage_") || $0.hasPrefix("provd_devices") }.joined(separator: "\n") + "\n")
        } catch {
            bundle.lacks("metrics.txt", "\(error)")
        }
        await phones(&bundle)
        machine(&bundle)
    }

    private func phones(_ bundle: inout SupportBundle) async {
        var phones: [JSONValue] = []
        do {
            var cursor: String?
            repeat {
                let place = cursor.map { "&cursor=\($0)" } ?? ""
                let page = try await client.get("/1.0/phones?limit=\(Self.pageLength)\(place)")
                phones += page["phones"]?.array ?? []
                cursor = page["next"]?.string
            } while cursor != nil && phones.count < Self.maximumPhones
        } catch {
            bundle.lacks("phones.json", "\(error)")
        }
        bundle.add("phones.json", ["phones": .array(phones)])
        let stalled = phones.filter { !["nothing", "code"].contains($0["next"]?.string ?? "nothing") }
            .sorted { Self.lastTime($0) > Self.lastTime($1) }
        for phone in stalled.prefix(Self.maximumTimelines) {
            guard let id = phone["id"]?.string else { continue }
            let name = phone["mac"]?.string.map { $0.replacing(":", with: "") } ?? id
            do {
                bundle.add("timelines/\(name).json", try await timeline(of: id))
            } catch {
                bundle.lacks("timelines/\(name).json", "\(error)")
            }
        }
        if stalled.count > Self.maximumTimelines { bundle.lacks("timelines", "\(stalled.count - Self.maximumTimelines) more phones do not come up") }
    }

    /// The end of a phone's timeline, and what it waits for.
    private func timeline(of id: String) async throws -> JSONValue {
        var events: [JSONValue] = [], next: JSONValue = .null
        // Much longer than any; a phone that goes on and on must not keep the bundle from being made.
        for _ in 0..<Self.maximumParts {
            let part = try await client.get("/1.0/devices/\(try PathSegment.encode(id))/timeline?after=\(events.last?["id"]?.int ?? 0)")
            guard let more = part["events"]?.array, !more.isEmpty else { break }
            events += more
            next = part["next_step"] ?? .null
        }
        return ["next_step": next, "events": .array(events.suffix(Self.timelineLength))]
    }

    private static func lastTime(_ phone: JSONValue) -> Double {
        switch phone["last_time"] {
        case .double(let time)?: time
        case .int(let time)?: Double(time)
        default: 0
        }
    }

    /// What only the machine itself knows.
    private func machine(_ bundle: inout SupportBundle) {
        bundle.add("doctor-machine.json", .array(LocalDiagnosis.checks()))
        let settings = "/etc/provd"
        let files = ["provd.yml", "site.yml", "setup.yml", "dnsmasq.conf"]
            + ((try? FileManager.default.contentsOfDirectory(atPath: settings + "/conf.d")) ?? []).filter { $0.hasSuffix(".yml") }.sorted().map { "conf.d/\($0)" }
        for file in files where FileManager.default.fileExists(atPath: "\(settings)/\(file)") {
            guard let text = LocalFile.text("\(settings)/\(file)") else {
                bundle.lacks("settings/\(file)", "it may not be read: run this as root")
                continue
            }
            bundle.add("settings/\(file)", text: text)
        }
        for (file, command) in [
            ("system.txt", ["uname", "-srvm"]), ("os-release.txt", ["cat", "/etc/os-release"]), ("disk.txt", ["df", "-h"]), ("memory.txt", ["head", "-n", "5", "/proc/meminfo"]),
            ("load.txt", ["cat", "/proc/loadavg"]), ("addresses.txt", ["ip", "-brief", "address"]), ("listening.txt", ["ss", "-lntu"]),
        ] {
            guard let result = try? LocalProgram.run(command), result.code == 0 else {
                bundle.lacks(file, "\(command.joined(separator: " ")) cannot be run")
                continue
            }
            bundle.add(file, text: result.output)
        }
        guard FileManager.default.fileExists(atPath: "/run/systemd/system") else { return bundle.lacks("log.txt", "there is no journal on this machine") }
        for (file, command) in [
            ("log.txt", ["journalctl", "--no-pager", "--quiet", "--output=short-iso", "--lines=\(Self.logLines)", "--unit=provd", "--unit=provd.socket", "--unit=dhcp-sniffd", "--unit=provd-dnsmasq", "--unit=provd-backup"]),
            ("units.txt", ["systemctl", "--no-pager", "status", "provd.service", "provd.socket", "dhcp-sniffd.service", "provd-backup.timer"]),
            ("unit-settings.txt", ["systemctl", "--no-pager", "cat", "provd.service", "provd.socket", "dhcp-sniffd.service"]),
        ] {
            guard let result = try? LocalProgram.run(command), !result.output.isEmpty else {
                bundle.lacks(file, "\(command[0]) says nothing: run this as root")
                continue
            }
            bundle.add(file, text: result.output)
        }
    }
}
