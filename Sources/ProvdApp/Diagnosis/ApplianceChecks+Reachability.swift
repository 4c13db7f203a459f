// SPDX-License-Identifier: GPL-3.0-or-later

import Diagnosis
import JSONText
import NIOCore
import NetworkFailures
import ProvModel
import Provisioning

extension ApplianceChecks {
    /// What phones are told of this machine, asked for as they would.
    var reachability: [DiagnosticCheck] {
        [
            DiagnosticCheck("address", "Address that phones are told", address), DiagnosticCheck("tftp", "TFTP", tftp),
            DiagnosticCheck("sip", "SIP", sip), DiagnosticCheck("pbx", "PBX", pbx),
        ]
    }

    /// Asks as a phone would. It shows wrong names, addresses that this machine has lost, and firewalls on it.
    @Sendable private func address() async -> Finding {
        let host = configuration.advertisedAddress, port = configuration.http.port
        guard !isLoopback(host) else {
            return .warning("phones are told \(host), which is each phone itself", remedy: "set advertised_address to this machine's address in the phones' network")
        }
        let remedy = "set advertised_address to an address or name of this machine that phones can reach, and open the port in its firewall"
        do {
            guard let line = try await ServiceProbe.http(host, port: port, path: "/provd-doctor"), line.hasPrefix("HTTP/1.") else {
                return .failed("what answers at http://\(host):\(port)/ speaks no HTTP", remedy: remedy)
            }
            if configuration.tls.isAdvertised { try await ServiceProbe.connect(host, port: configuration.tls.http) }
            return .ok("http://\(host):\(port)/ answers\(configuration.tls.isAdvertised ? ", and port \(configuration.tls.http) for HTTPS" : "")")
        } catch {
            return .failed("http://\(host):\(port)/ does not answer: \(NetworkFailure(error))", remedy: remedy)
        }
    }

    @Sendable private func tftp() async -> Finding {
        let host = configuration.advertisedAddress, port = configuration.tftp.port
        do {
            guard try await ServiceProbe.datagram(to: host, port: port, { _ in ServiceProbe.tftpRequest() }) != nil else {
                return .failed(
                    "nothing answers at UDP port \(port) of \(host)",
                    remedy: "open the port in this machine's firewall, with the ports that answers come from; or set tftp.single_port where it lets only answers from the same port through")
            }
            return .ok("tftp://\(host):\(port)/ answers")
        } catch {
            return .failed("UDP port \(port) of \(host) cannot be asked: \(NetworkFailure(error))", remedy: "set advertised_address to an address or name of this machine")
        }
    }

    @Sendable private func sip() async -> Finding { await sipServer(configuration.advertisedAddress, configuration.sip.port, "provd", isOwn: true) }

    /// The PBX at which phones register, and the ways on which provd and it speak with each other.
    @Sendable private func pbx() async -> Finding {
        if let manager = configuration.pbx.manager {
            guard await isManagerConnected() else {
                return .failed(
                    "Asterisk's manager interface at \(manager.host), port \(manager.port), is not connected",
                    remedy: "the log says why; see the user \(manager.username) in manager.conf and its permit lines (docs/onboarding.md)")
            }
        }
        if let registrar = configuration.pbx.registrar { return await sipServer(registrar.host, Int(registrar.port ?? 5_060), "the PBX", isOwn: false) }
        // Where lines register that name no server can be said in a config too, as “provctl setup” does.
        let registrar = try? await appliance.store.config(.defaultRegistrar)?.document["registrar_main"]?.string
        if let registrar, registrar != configuration.advertisedAddress { return await sipServer(registrar, 5_060, "the PBX", isOwn: false) }
        return configuration.pbx.manager == nil ? .skipped("phones register at provd itself") : .ok("Asterisk's manager interface is connected")
    }

    private func sipServer(_ host: String, _ port: Int, _ name: String, isOwn: Bool) async -> Finding {
        let remedy = isOwn
            ? "open UDP port \(port) in this machine's firewall; the log says whether SIP listens"
            : "see that the PBX runs and listens on UDP, and that sip.registrar in provd.yml, or what “provctl setup --pbx-address” says, names it"
        do {
            guard let answer = try await ServiceProbe.datagram(to: host, port: port, { ServiceProbe.sipOptions(to: host, from: $0) }) else {
                return .failed("\(name) does not answer OPTIONS at \(host), UDP port \(port)", remedy: remedy)
            }
            let line = String(buffer: answer).prefix { !$0.isNewline }
            guard line.hasPrefix("SIP/2.0 ") else { return .failed("what answers at \(host), UDP port \(port), speaks no SIP", remedy: remedy) }
            return .ok("\(name) answers at \(host), port \(port)")
        } catch {
            return .failed("\(host), UDP port \(port), cannot be asked: \(NetworkFailure(error))", remedy: remedy)
        }
    }

    private func isLoopback(_ host: String) -> Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }
}
