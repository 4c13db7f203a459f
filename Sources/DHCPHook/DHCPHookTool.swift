// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import ProvModel

/// `provd-dhcp-hook`: tells provd of a lease, on behalf of a DHCP server.
///
/// It never fails towards the server: whatever happens, the exit code is 0 and nothing is written, so that a missing or
/// broken provd cannot disturb DHCP. A call that is repeated tells provd the same again, which does no harm.
public struct DHCPHookTool {
    private static let help = """
        Usage: provd-dhcp-hook [--verbose] EVENT …

        Tells provd of a lease. DHCP servers call it; “dhcpd-config generate --hook PATH” writes their configuration.

          ISC dhcpd  commit|release|expiry IP MAC [VENDOR-CLASS [USER-CLASS [HOST-NAME [RELAY]]]]
                     (hex:79:65:… for octets, an empty argument for what is not there)
          dnsmasq    add|old|del MAC IP [HOST-NAME], and DNSMASQ_… variables
          Kea        leases4_committed, lease4_renew, lease4_release, lease4_expire or lease4_decline, and LEASES4_…,
                     LEASE4_… and QUERY4_… variables

        PROVD_SIGHTINGS_SOCKET names provd's socket (default: \(SightingSocket.defaultPath)).
        --verbose says on standard error what was sent or went wrong. The exit code is always 0.

        """

    private let isVerbose: Bool
    private let arguments: [String]

    /// Makes the tool with the process's arguments, the program's name first.
    public init(_ arguments: [String]) {
        isVerbose = arguments.dropFirst().first == "--verbose"
        self.arguments = Array(arguments.dropFirst(isVerbose ? 2 : 1))
    }

    /// Reports what the DHCP server says.
    public func run() {
        if arguments.first == "--help" || arguments.first == "-h" {
            Self.write(Self.help, to: STDOUT_FILENO)
            return
        }
        if arguments.first == "--version" {
            Self.write(ProvdVersion.text + "\n", to: STDOUT_FILENO)
            return
        }
        do {
            let events = try HookCall(arguments: arguments, variable: Self.variable).leaseEvents()
            guard !events.isEmpty else {
                say("nothing to report of “\(arguments.first ?? "")”")
                return
            }
            let time = Self.time()
            let lines = events.map { $0.observationLine(time: time) }
            for line in lines { say(String(decoding: line.dropLast(), as: UTF8.self)) }
            try SightingSocket().deliver(lines, to: Self.variable("PROVD_SIGHTINGS_SOCKET") ?? SightingSocket.defaultPath)
        } catch {
            say("\(error)")
        }
    }

    private func say(_ text: String) {
        if isVerbose { Self.write("provd-dhcp-hook: \(text)\n", to: STDERR_FILENO) }
    }

    private static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }

    /// A variable of the environment, if it is set to something.
    private static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// Seconds since 1970.
    private static func time() -> Double {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec / 1_000_000) / 1000
    }
}
