// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

/// Why the tests with a real Kamailio cannot run on this machine, or `nil` if they can.
private let kamailioObstacle = Lab.obstacle ?? Lab.obstacle(["kamailio"])

/// A real Kamailio as the PBX of the site, with what `provctl pbx kamailio generate` writes.
@Suite(
    "Kamailio as the PBX", .enabled(if: kamailioObstacle == nil, "\(kamailioObstacle ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct KamailioTests {
    @Test("Phones without a line dial codes through Kamailio, are told through it, and call each other as their owners' with speech both ways")
    func onePBX() async throws {
        try await Lab.run(variables: ["LAB_PBX": "10.77.0.3"]) { lab in
            let alice = try await lab.succeed("line", "101", "Alice Martin"), bob = try await lab.succeed("line", "102", "Bob Smith")
            try await lab.succeed("kamailio", "pbx", "10.77.0.3")
            async let answering = lab.command(["boot", "yealink", "--dial", alice, "--until", "arrived", "--talk", "answer", "--stay", "8"])
            async let calling = lab.command(["boot", "cisco", "--dial", bob, "--until", "arrived", "--talk", "101", "--stay", "8"])
            let outputs = try await [answering.output, calling.output]
            for ((phone, number), output) in zip([("yealink", "101"), ("cisco", "102")], outputs) {
                let report = try PhoneReport(contentsOf: lab.state.appending(path: "phones/\(phone)/report.json"))
                #expect(report.error == nil, "\(output)\n\(lab.log(of: "pbx"))\n\(lab.log(of: "provd"))")
                // The account of a phone without a line, then the owner's.
                #expect(report.boots.map(\.user).last == number && report.boots.first?.user?.hasPrefix("ap") == true)
                #expect(report.notified.first?.hasPrefix("check-sync") == true)
                let call = try #require(report.calls.first, "\(output)")
                #expect(call.outcome == "answered" && call.speechPackets > 0, "\(output)")
                #expect((report.calls.last?.speechPackets ?? 0) > 20, "\(output)")
            }
            // provd saw each step: assignment, files, and the registration at Kamailio.
            try await lab.succeed("arrived", "yealink=101", "cisco=102")
        }
    }

    @Test("A phone that has a line is told through Kamailio, and provd sees it come back")
    func synchronise() async throws {
        try await Lab.run(variables: ["LAB_PBX": "10.77.0.3"]) { lab in
            let code = try await lab.succeed("line", "101", "Alice Martin")
            try await lab.succeed("kamailio", "pbx", "10.77.0.3")
            async let phone = lab.command(["boot", "yealink", "--dial", code, "--until", "synchronised"])
            try await lab.succeed("await", "yealink", "arrived")
            try await lab.wait(for: "provd has seen it register") { try await lab("arrived", "yealink=101").succeeded }
            let told = try await lab("sync", "yealink")
            #expect(told.succeeded, "\(told.output)\n\(lab.log(of: "provd"))")
            let output = try await phone.output
            let report = try PhoneReport(contentsOf: lab.state.appending(path: "phones/yealink/report.json"))
            #expect(report.error == nil && report.notified.count == 2, "\(output)")
        }
    }

    @Test("Two nodes share their registrations: a phone that is registered at one is called through the other")
    func twoNodes() async throws {
        try await Lab.run(variables: ["LAB_PBX": "10.77.0.3 10.77.0.4"]) { lab in
            let alice = try await lab.succeed("line", "101", "Alice Martin")
            let password = lab.state.appending(path: "password")
            try "of-the-second-line".write(to: password, atomically: true, encoding: .utf8)
            try await lab.succeed(
                "in", "appliance", lab.program("provctl"), "--token-file", lab.state.appending(path: "provd/admin-token").path, "line", "add", "--number", "102",
                "--name", "Bob", "--password-file", password.path)
            try await lab.succeed("kamailio", "pbx", "10.77.0.3", "10.77.0.4")
            // It greets the other node, and half a minute later takes it for absent for a while, also if it has come meanwhile.
            try await lab.wait(for: "the first node has found the other absent", seconds: 180) { lab.log(of: "pbx").contains("not deleting notification peer") }
            try await lab.succeed("kamailio", "pbx2", "10.77.0.4", "10.77.0.3")
            try await lab.succeed("in", "cisco", "ip", "address", "add", "10.77.0.60/24", "dev", "eth0")
            let call = """
                import sys
                sys.path.insert(0, sys.argv[1])
                from simphone.account import Account
                from simphone.talk import TalkingPhone
                phone = TalkingPhone(Account("10.77.0.4", 5060, "102", "102", "of-the-second-line", "Bob"), "10.77.0.60", "test")
                phone.register()
                print(phone.call("101", 60)["speech_packets"])
                """
            async let answering = lab.command(["boot", "yealink", "--dial", alice, "--until", "arrived", "--talk", "answer", "--stay", "2"])
            try await lab.succeed("await", "yealink", "arrived")
            let talked = try await lab("in", "cisco", "python3", "-c", call, Lab.path("scripts/lab"))
            let output = try await answering.output
            #expect((Int(talked.output.split(separator: "\n").last ?? "") ?? 0) > 20, "\(talked.output)\n\(output)\n\(lab.log(of: "pbx2"))")
            let report = try PhoneReport(contentsOf: lab.state.appending(path: "phones/yealink/report.json"))
            #expect(report.error == nil, "\(output)\n\(lab.log(of: "pbx"))")
            // What the other node's address says in a datagram could be anybody's.
            let forged = """
                import socket
                lines = ["KDMQ sip:usrloc@10.77.0.3:5060 SIP/2.0", "Via: SIP/2.0/UDP 10.77.0.4;rport;branch=z9hG4bKforged", "From: <sip:usrloc@10.77.0.4>;tag=1",
                         "To: <sip:usrloc@10.77.0.3>", "Call-ID: forged", "CSeq: 1 KDMQ", "Max-Forwards: 1", "Content-Type: application/json",
                         "Content-Length: 2", "", "{}"]
                own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                own.bind(("10.77.0.4", 0))
                own.settimeout(1)
                for _ in range(60):
                    own.sendto("\\r\\n".join(lines).encode(), ("10.77.0.3", 5060))
                    try:
                        print(own.recv(4096).decode().splitlines()[0])
                        break
                    except TimeoutError:
                        continue
                """
            let answered = try await lab("in", "pbx2", "python3", "-c", forged)
            #expect(answered.output.contains("SIP/2.0 403"), "\(answered.output)")
        }
    }
}
