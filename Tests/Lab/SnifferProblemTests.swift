// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("What the sniffer says of a network", .enabled(if: Lab.obstacle == nil, "\(Lab.obstacle ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct SnifferProblemTests {
    @Test("Without a DHCP server, the phone's timeline says that nobody offers an address")
    func noServer() async throws {
        try await Lab.run { lab in
            try await lab.succeed("stop", "dnsmasq")
            try await lab.discover(["--times", "3", "--interval", "5.1"])
            try await lab.wait(for: "the phone's timeline tells it") {
                let timeline = try await lab.timeline()
                return timeline.contains("nobody offered an address") && timeline.contains("failed")
            }
        }
    }

    @Test("A server that does not tell the phone where to go is named, with the lines to paste")
    func noOptions() async throws {
        try await Lab.run { lab in
            try await lab.succeed("stop", "dnsmasq")
            try await lab.startBareServer(in: "appliance", range: "10.77.0.100,10.77.0.120")
            try await lab.takeLease()
            try await lab.wait(for: "the phone's timeline tells it") {
                let timeline = try await lab.timeline()
                return timeline.contains("nothing that tells it where to go") && timeline.contains("DHCP server 10.77.0.1")
            }
        }
    }

    @Test("A second server is told once, whatever the number of leases")
    func rogueServer() async throws {
        try await Lab.run { lab in
            try await lab.succeed("plug", "rogue", "02:00:00:00:00:99")
            try await lab.succeed("in", "rogue", "ip", "address", "add", "10.77.0.200/24", "dev", "eth0")
            try await lab.startBareServer(in: "rogue", range: "10.77.0.201,10.77.0.220")
            for _ in 0..<3 { try await lab.takeLease() }
            try await lab.wait(for: "the sniffer tells it") { lab.log(of: "sniffd").contains("besides") }
            let warnings = lab.log(of: "sniffd").split(separator: "\n").filter { $0.contains("besides") }
            #expect(warnings.count == 1, "\(warnings)")
        }
    }

    @Test("A phone that asks for option 160 and is given only 66 is told so, with the lines to paste for each server")
    func otherOption() async throws {
        try await Lab.run { lab in
            try await lab.succeed("stop", "dnsmasq")
            try await lab.startBareServer(in: "appliance", range: "10.77.0.100,10.77.0.120", options: "dhcp-option-force=66,http://10.77.0.1:8667")
            try await lab.takeLease(as: "Polycom-VVX410", asking: "subnet-mask, boot-server", declarations: "option boot-server code 160 = text;")
            try await lab.wait(for: "the phone's timeline tells it") {
                try await lab.timeline().contains("asked for option 160 on br0, and DHCP server 10.77.0.1 gives it only option 66")
            }
            let timeline = try await lab.timeline()
            for words in ["\"lines\"", "dhcp-option-force=tag:polycom,160,", "option provd-160 code 160 = string;", "\"kea\""] {
                #expect(timeline.contains(words), "\(words) is missing in \(timeline)")
            }
        }
    }

    @Test("A phone that finds its address in use has that on its timeline, with the address")
    func addressConflict() async throws {
        try await Lab.run { lab in
            try await lab.wait(for: "the phone's timeline tells it") {
                try await lab.decline()
                return try await lab.timeline().contains("because another machine uses it: take static addresses out of the server's range")
            }
        }
    }

    @Test("A phone that is refused again and again has that on its timeline; one refusal is nothing")
    func refusals() async throws {
        try await Lab.run { lab in
            try await lab.succeed("stop", "dnsmasq")
            try await lab.startBareServer(in: "appliance", range: "10.77.0.100,static")
            try await lab.wait(for: "the refusal is known") {
                try await lab.askForForeignAddress()
                return try await lab.timeline().contains("was refused its address")
            }
            let early = try await lab.timeline()
            #expect(!early.contains("again and again"))
            try await lab.wait(for: "the phone's timeline tells it") {
                try await lab.askForForeignAddress()
                return try await lab.timeline().contains("DHCP server 10.77.0.1 refuses the address that \(Lab.yealink) asks for on br0, again and again")
            }
        }
    }

    @Test("A problem that showed while provd was away stands on the timeline behind what the phone did")
    func problemWhileAway() async throws {
        try await Lab.run { lab in
            try await lab.succeed("stop", "dnsmasq")
            try await lab.succeed("stop", "provd")
            try await lab.discover(["--times", "5", "--interval", "5.1"])
            try await lab.succeed("start", "provd")
            try await lab.wait(for: "the phone's timeline tells it") {
                let timeline = try await lab.timeline()
                return timeline.contains("nobody offered an address") && timeline.contains("looks for a DHCP server")
            }
        }
    }

    @Test("A phone that renews by unicast is not said to have no server")
    func quiet() async throws {
        try await Lab.run { lab in
            try await lab.takeLease()
            try await lab.takeLease()
            try await lab.wait(for: "the lease is known") { try await lab.timeline().contains("has 10.77.0.1") }
            let timeline = try await lab.timeline()
            #expect(!timeline.contains("nobody offered") && !timeline.contains("nothing that tells"), "\(timeline)")
        }
    }
}
