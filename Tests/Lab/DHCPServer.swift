// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

/// The DHCP servers that configurations are written for and that run here.
enum DHCPServer: String, CaseIterable {
    case dnsmasq, isc, kea

    /// Why tests with all of them cannot run, or `nil` if they can.
    static let obstacle = Lab.obstacle(["ip", "dnsmasq", "dhcpd", "kea-dhcp4", "udhcpc", "dhclient", "dhcrelay", "curl"])
}

/// What `dhcpd-config verify --json` prints.
struct VerifyReport: Decodable {
    struct Row: Decodable {
        let family: String
        let place: String
        let subnet: String
        let verdict: String
    }

    let discovers: Int
    let failures: Int
    let rows: [Row]
}

extension Lab {
    static let definitions = path("dhcp")
    static let site = path("scripts/lab/site.yml")

    /// Runs udhcpc on a phone's port once, as a phone with this vendor class that asks for these options besides its own.
    ///
    /// - Returns: What it was told, by the names that udhcpc gives its script.
    func lease(_ phone: String, vendorClass: String, hostname: String? = nil, interface: String = "eth0", asking codes: [Int] = []) async throws -> [String: String] {
        let script = state.appending(path: "udhcpc.script")
        try "#!/bin/sh\nif [ \"$1\" = bound ]; then env; fi\n".write(to: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
        var arguments = ["in", phone, "udhcpc", "-i", interface, "-f", "-q", "-n", "-t", "20", "-T", "3", "-V", vendorClass, "-s", script.path]
        if let hostname { arguments += ["-x", "hostname:\(hostname)"] }
        for code in codes { arguments += ["-O", "\(code)"] }
        return Self.variables(try await succeed(arguments))
    }

    /// The same with dhclient, which shows texts as they are.
    func dhclientLease(_ phone: String, vendorClass: String, interface: String = "eth0") async throws -> [String: String] {
        let script = state.appending(path: "dhclient.script"), found = state.appending(path: "dhclient.environment")
        let configuration = state.appending(path: "dhclient.conf")
        try? FileManager.default.removeItem(at: found)
        try "#!/bin/sh\nif [ \"$reason\" = BOUND ]; then env >'\(found.path)'; kill -TERM $PPID; fi\n"
            .write(to: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
        try "send vendor-class-identifier \"\(vendorClass)\";\nrequest subnet-mask, tftp-server-name, bootfile-name;\n"
            .write(to: configuration, atomically: true, encoding: .utf8)
        _ = try await command([
            "in", phone, "timeout", "120", "dhclient", "-4", "-1", "-d", "-cf", configuration.path, "-lf", "\(state.path)/dhclient.leases",
            "-pf", "\(state.path)/dhclient.pid", "-sf", script.path, interface,
        ])
        return Self.variables(try String(contentsOf: found, encoding: .utf8))
    }

    private static func variables(_ text: String) -> [String: String] {
        text.split(separator: "\n").reduce(into: [:]) { variables, line in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
        }
    }

    /// A device as the REST API shows it, when it is known and fits.
    func device(_ mac: String, where fits: (LabDevice) -> Bool = { _ in true }) async throws -> LabDevice {
        // provd answers the DHCP server before it has written the device down.
        for _ in 0..<50 {
            let answer = try await command(["api", "/1.0/devices/\(mac)"])
            if answer.succeeded, let device = try? JSONDecoder().decode(LabDevice.self, from: Data(answer.output.utf8)), fits(device) {
                return device
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw LabFailure(description: "provd does not know \(mac) so: \(try await command(["api", "/1.0/devices/\(mac)"]).output)")
    }
}

/// What tests look at of a device.
struct LabDevice: Decodable, Equatable {
    let id: String
    let mac: String
    let vendor: String?
    let model: String?
    let ip: String?
}

struct LabFailure: Error, CustomStringConvertible {
    let description: String
}
