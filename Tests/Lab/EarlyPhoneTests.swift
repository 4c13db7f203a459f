// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

/// Phones that are quicker than the word of their lease.
@Suite("A phone that asks before the sniffer has told of it", .enabled(if: Lab.obstacle == nil, "\(Lab.obstacle ?? "")"), .timeLimit(.minutes(20)))
struct EarlyPhoneTests {
    /// Waits in a namespace until a TFTP request is seen on its wire, and lets the sniffer go on then. Says by a file that it waits.
    private static let untilRequest = """
        import os, signal, socket, sys
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        open(sys.argv[1], "w").close()
        while True:
            packet = wire.recv(2048)
            header = (packet[0] & 15) * 4
            if packet[0] >> 4 == 4 and packet[9] == 17 and packet[header + 2:header + 4] == b"\\x00\\x45":
                break
        os.kill(int(sys.argv[2]), signal.SIGCONT)
        """

    @Test("It is answered once the sniffer has told, though all phones of its model ask for the same file")
    func early() async throws {
        try await Lab.run { lab in
            let sniffer = try String(contentsOf: lab.state.appending(path: "run/sniffd.pid"), encoding: .utf8).trimmingCharacters(in: .newlines)
            try await lab.succeed("in", "appliance", "kill", "-STOP", sniffer)
            let waits = lab.state.appending(path: "waits")
            async let asked = lab.succeed("in", "cisco", "python3", "-c", Self.untilRequest, waits.path, sniffer)
            try await lab.awaitFile(waits)
            async let phone = lab.boot("cisco", until: "registered")
            let report = try await phone
            _ = try await asked
            #expect(report.error == nil && report.boots.first?.user?.hasPrefix("ap") == true, "\(report.output)\n\(lab.log(of: "provd"))")
        }
    }
}
