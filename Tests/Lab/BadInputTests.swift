// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@Suite("Bad input on a running appliance", .enabled(if: Lab.obstacle == nil, "\(Lab.obstacle ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct BadInputTests {
    @Test("Garbage datagrams disturb nobody", arguments: [69, 5060])
    func garbageDatagrams(port: Int) async throws {
        try await Lab.run { lab in
            let process = try lab.provdProcess()
            try await lab.succeed("in", "cisco", "sh", "-c", "ip address add 10.77.0.66/24 dev eth0")
            try await lab.succeed("in", "cisco", Lab.path("scripts/lab/garbage"), "10.77.0.1", "\(port)")
            try await lab.expectService(by: process, "after garbage to port \(port)")
        }
    }

    @Test("Hostile paths get no file, and the service goes on")
    func hostilePaths() async throws {
        let paths = [
            "/../../../../etc/passwd", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "/firmware/../../plugin.yml",
            "/firmware/%2e%2e/%2e%2e/plugin.yml", "//etc/passwd", "/%00", "/0015650abb01.cfg%00.txt", "/%ff%fe%fd", "/%", "/%zz",
            "/..\\..\\plugin.yml", "/" + String(repeating: "a", count: 100_000), "/" + String(repeating: "a/", count: 30_000), "/?",
        ]
        try await Lab.run { lab in
            let process = try lab.provdProcess()
            try await lab.succeed("in", "cisco", "sh", "-c", "ip address add 10.77.0.66/24 dev eth0")
            for path in paths {
                let status = try await lab.status(of: path, from: "cisco", userAgent: "Yealink SIP-T46S 66.86.0.15 00:15:65:0a:bb:01")
                // A connection that is closed without an answer (000) is as good.
                #expect(status.hasPrefix("4") || status == "000", "\(path.prefix(80)) was answered with \(status)")
            }
            try await lab.expectService(by: process, "after hostile paths")
        }
    }

    @Test("A stranger gets no file, and no other phone's credentials")
    func stranger() async throws {
        try await Lab.run { lab in
            let process = try lab.provdProcess()
            let phone = try await lab.boot("yealink", until: "registered")
            try #require(phone.error == nil, "\(phone.output)")
            try await lab.succeed("in", "cisco", "sh", "-c", "ip address add 10.77.0.66/24 dev eth0")
            for agent in ["curl/8.0", "Yealink SIP-T46S 66.86.0.15 00:15:65:0a:bb:01"] {
                for path in ["/", "/index.html", "/0015650abb01.cfg", "/plugin.yml", "/unknown.bin"] {
                    let status = try await lab.status(of: path, from: "cisco", userAgent: agent)
                    #expect(["403", "404"].contains(status), "\(path) for \(agent) was answered with \(status)")
                }
            }
            try await lab.expectService(by: process, "after a stranger")
        }
    }
}
