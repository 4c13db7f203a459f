// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@Suite("From cold boot to a working line", .enabled(if: Lab.obstacle == nil, "\(Lab.obstacle ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct BootToLineTests {
    @Test("A phone becomes its owner's phone", arguments: [("yealink", "http://"), ("cisco", "tftp://")])
    func phoneArrives(phone: String, transport: String) async throws {
        try await Lab.run { lab in
            let code = try await lab.succeed("line", "101", "Alice Martin")
            let report = try await lab.boot(phone, dialling: [code])
            try #require(report.error == nil, "\(report.output)")

            #expect(report.boots.count == 2, "it starts once as a stranger's phone and once as its owner's")
            #expect(report.boots.allSatisfy { $0.files.contains { $0.url.hasPrefix(transport) && $0.bytes > 0 } })
            #expect(report.calls.map(\.outcome) == ["answered"])
            #expect(report.calls.allSatisfy { $0.speechPackets > 100 }, "it hears whose phone it is")
            #expect(report.notified.count == 1 && report.notified[0].hasPrefix("check-sync"))
            #expect(report.boots[0].user != report.boots[1].user)
            try await lab.succeed("arrived", "\(phone)=101")
        }
    }

    @Test("Two phones that start together become two people's phones")
    func phonesArriveTogether() async throws {
        try await Lab.run { lab in
            let alice = try await lab.succeed("line", "101", "Alice Martin")
            let bob = try await lab.succeed("line", "102", "Bob Dupont")
            async let yealink = lab.boot("yealink", dialling: [alice])
            async let cisco = lab.boot("cisco", dialling: [bob])
            for report in try await [yealink, cisco] {
                #expect(report.error == nil, "\(report.output)")
            }
            try await lab.succeed("arrived", "yealink=101", "cisco=102")
        }
    }

    @Test("A phone that arrived restarts when an administrator synchronises it, and keeps its owner")
    func synchronisedPhoneKeepsOwner() async throws {
        try await Lab.run { lab in
            let code = try await lab.succeed("line", "101", "Alice Martin")
            async let phone = lab.boot("yealink", dialling: [code], until: "synchronised")
            try await lab.succeed("await", "yealink", "arrived")
            try await lab.succeed("sync", "yealink")
            let report = try await phone
            #expect(report.error == nil, "\(report.output)")
            #expect(report.boots.count == 3)
            #expect(report.boots.last?.user == report.boots.dropLast().last?.user, "\(report.output)")
            try await lab.succeed("arrived", "yealink=101")
        }
    }

    @Test("A provd that is restarted in the middle still knows phones, accounts and codes")
    func restartLosesNothing() async throws {
        try await Lab.run { lab in
            let code = try await lab.succeed("line", "101", "Alice Martin")
            let before = try await lab.boot("yealink", until: "registered")
            try #require(before.error == nil, "\(before.output)")
            try await lab.succeed("stop", "provd")
            try await lab.succeed("start", "provd")
            let after = try await lab.boot("yealink", dialling: [code])
            #expect(after.error == nil, "\(after.output)")
            #expect(after.boots.first?.user == before.boots.first?.user, "the account of a phone without an owner stays")
        }
    }
}
