// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import DHCPSniffing
import Glibc
import NetTypes
import PacketCapture
import ProvModel

/// The program: privileges are given up while there is only one thread, since each thread has its own.
@main
enum Program {
    @MainActor
    static func main() async {
        let command = DHCPSniffd.parseOrExit()
        do throws(SniffingFailure) {
            try await command.watch()
        } catch {
            say(error.message)
            DHCPSniffd.exit(withError: ExitCode(error.exitCode))
        }
    }
}

/// Watches DHCP passively, so that provd knows a phone before its first request.
struct DHCPSniffd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dhcp-sniffd",
        abstract: "Watch DHCP passively and tell provd which phones there are.",
        discussion: """
            Captures DHCP messages, recognises phones by the vendor definitions, and hands one observation per message to \
            provd. Needs the capability CAP_NET_RAW to capture, and nothing to read a file. It never sends a packet.

            Exit codes: 65 the capture file is damaged, 66 no such file or interface, 71 the system failed, 77 capture not \
            permitted, 78 vendor definitions missing or wrong.
            """,
        version: ProvdVersion.text)

    @Option(name: [.short, .long], help: "An interface to capture on; can be repeated. Default: every Ethernet interface that is up.")
    var interface: [String] = []

    @Option(help: "Read a capture file (pcap or pcapng) instead of interfaces.")
    var read: String?

    @Option(help: "With --read: write the DHCP messages without what is private to this new file, for a test or a question.")
    var fixture: String?

    @Option(help: "provd's Unix socket (default: \(SniffingDaemon.defaultSocket); none with --json or --read).")
    var socket: String?

    @Flag(help: "Print each observation to standard output as a line of JSON.")
    var json = false

    @Flag(help: "With --read: print only how many messages of each kind there are, and of which phones.")
    var summary = false

    @Option(help: "The directory of vendor definitions (default: PROVD_DHCP_DIR, /usr/share/provd/dhcp, ./dhcp).")
    var definitions: String?

    @Flag(help: "Do without vendor definitions: observations then name no phone.")
    var noDefinitions = false

    @Option(help: "A DHCP server of the site; can be repeated. Answers of others are warned of. Default: the first that answers.")
    var server: [String] = []

    @Option(help: "The user to become after the start as root (default: stay who it is).")
    var user: String?

    @Option(help: "Write a line to this open file descriptor when the capture has begun.")
    var readyFd: Int32?

    func validate() throws {
        guard read == nil || interface.isEmpty else {
            throw ValidationError("--read and --interface exclude each other: read a file or capture, not both.")
        }
        guard fixture == nil || read != nil else {
            throw ValidationError("--fixture needs --read: it is made from a capture file.")
        }
        guard user == nil || read == nil else {
            throw ValidationError("--user is for captures: a file is read as the user who asks.")
        }
        guard !summary || read != nil else {
            throw ValidationError("--summary needs --read: it counts what a capture file holds.")
        }
        _ = try servers()
    }

    private func servers() throws -> [IPv4Address] {
        try server.map { text in
            guard let address = IPv4Address(text) else {
                throw ValidationError("“\(text)” is no IPv4 address: write --server 192.0.2.1.")
            }
            return address
        }
    }

    /// Works until the file is read or the process is told to end.
    @MainActor
    func watch() async throws(SniffingFailure) {
        var daemon = SniffingDaemon { say($0) }
        daemon.interfaces = interface
        daemon.file = read
        daemon.fixture = fixture
        daemon.socket = socket ?? (json || read != nil ? nil : SniffingDaemon.defaultSocket)
        daemon.printsJSON = json
        daemon.summarises = summary
        daemon.definitions = definitions ?? environment("PROVD_DHCP_DIR")
        daemon.recognises = !noDefinitions
        daemon.readyDescriptor = readyFd
        daemon.servers = (try? servers()) ?? []
        try daemon.loadDefinitions()
        // A capture needs one capability, and a file none: who reads files as root may need root's right to do so.
        if read == nil { try reducePrivileges() }
        try await daemon.run()
    }

    private func reducePrivileges() throws(SniffingFailure) {
        do {
            try CapturePrivileges.reduce(becoming: user)
        } catch {
            throw SniffingFailure(error)
        }
    }
}

/// Writes a line to standard error, for the journal.
private func say(_ text: String) {
    let line = Array("\(text)\n".utf8)
    _ = unsafe line.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// A variable of the environment, if it is set to something.
private func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
}
