// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes
internal import Yams

/// The ports on which phones ask, as the settings of provd have them, and as `provd.socket` must have them.
///
/// systemd keeps the ports open while provd is started anew. What it opens and no setting names is answered by nobody, and what a setting names
/// and systemd does not open is closed meanwhile.
public struct PhonePorts: Sendable, Equatable {
    /// One socket.
    public struct Port: Sendable, Hashable {
        /// Whether datagrams come (UDP), and not connections (TCP).
        public let isDatagram: Bool
        /// An address of this machine.
        public let address: IPAddress
        /// The port's number, from 1.
        public let number: UInt16
    }

    /// The sockets, in the order in which they are written.
    public let ports: [Port]

    /// The ports of settings that say nothing about them, which are those of the unit as it comes.
    public static let usual = PhonePorts(Listener(.v4(.any), 69), Listener(.v4(.any), 5_060), sipTLS: 0, Listener(.v4(.any), 8_667), httpTLS: [])

    /// Reads the settings of provd.
    ///
    /// - Throws: `SetupProblem` for text that is no mapping of settings, or an address or port that is none.
    public init(settings text: String) throws(SetupProblem) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw SetupProblem("provd.yml is no YAML: \(error)")
        }
        let reader = Reader(root: root)
        self.init(
            try reader.listener("tftp", port: 69), try reader.listener("sip", port: 5_060), sipTLS: try reader.port("sip", "tls_port", 0),
            try reader.listener("http", port: 8_667), httpTLS: [try reader.port("http", "tls_port", 0), try reader.port("http", "old_tls_port", 0)])
    }

    /// Reads what `systemctl show --property=Listen` says of the unit.
    public init(systemd text: String) {
        ports = text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 2, let place = words[0].split(separator: "=", maxSplits: 1).last, let colon = place.lastIndex(of: ":"),
                let number = UInt16(place[place.index(after: colon)...]),
                let address = IPAddress(String(place[..<colon].filter { !"[]".contains($0) })), ["(Datagram)", "(Stream)"].contains(words[1])
            else { return nil }
            return Port(isDatagram: words[1] == "(Datagram)", address: address, number: number)
        }
    }

    /// What `provd.socket` needs beyond the unit as it comes; `nil` if that is right as it is.
    public var dropIn: String? {
        guard self != .usual else { return nil }
        var lines = ["# Written by “provctl setup”: the ports of provd.yml.", "[Socket]", "ListenDatagram=", "ListenStream="]
        // IPv4 has sockets of its own.
        if ports.contains(where: { $0.address.ipv4 == nil }) { lines.append("BindIPv6Only=ipv6-only") }
        lines += ports.map { "Listen\($0.isDatagram ? "Datagram" : "Stream")=\($0.address.uriHost):\($0.number)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The ports that are in this and not in the other, in words.
    public func missing(in other: PhonePorts) -> [String] {
        ports.filter { !other.ports.contains($0) }.map { "\($0.isDatagram ? "UDP" : "TCP") \($0.address.uriHost):\($0.number)" }
    }

    // MARK: - Parts

    private struct Listener {
        let address: IPAddress
        let port: UInt16

        init(_ address: IPAddress, _ port: UInt16) {
            self.address = address
            self.port = port
        }

        /// `::` is all of IPv4 too, which has a socket of its own.
        var addresses: [IPAddress] { address.uriHost == "[::]" ? [.v4(.any), address] : [address] }
    }

    private init(_ tftp: Listener, _ sip: Listener, sipTLS: UInt16, _ http: Listener, httpTLS: [UInt16]) {
        var ports = tftp.addresses.map { Port(isDatagram: true, address: $0, number: tftp.port) }
        ports += sip.addresses.map { Port(isDatagram: true, address: $0, number: sip.port) }
        for number in [sip.port, sipTLS] where number > 0 { ports += sip.addresses.map { Port(isDatagram: false, address: $0, number: number) } }
        for number in [http.port] + httpTLS where number > 0 { ports += http.addresses.map { Port(isDatagram: false, address: $0, number: number) } }
        self.ports = ports
    }

    /// Single settings of the file.
    private struct Reader {
        let root: Node?

        func listener(_ section: String, port: UInt16) throws(SetupProblem) -> Listener {
            let text = text(section, "address") ?? "0.0.0.0"
            guard let address = IPAddress(text) else { throw SetupProblem("provd.yml: \(section).address is “\(text)”, which is no address") }
            return Listener(address, try self.port(section, "port", port))
        }

        func port(_ section: String, _ name: String, _ usual: UInt16) throws(SetupProblem) -> UInt16 {
            guard let text = text(section, name) else { return usual }
            guard let number = UInt16(text) else { throw SetupProblem("provd.yml: \(section).\(name) is “\(text)”, which is no port") }
            return number
        }

        private func text(_ section: String, _ name: String) -> String? { root?.mapping?[section]?.mapping?[name]?.scalar?.string }
    }
}
