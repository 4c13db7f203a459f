// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPHook
import Foundation
import NetTypes
import ProvModel
import Testing

private let mac = MACAddress(0x00, 0x15, 0x65, 0x0a, 0xbb, 0x01)
private let ip = IPv4Address(10, 77, 0, 100)

private func events(_ arguments: String..., environment: [String: String] = [:]) throws -> [LeaseEvent] {
    try HookCall(arguments: arguments) { environment[$0] }.leaseEvents()
}

@Suite("Calls by ISC dhcpd")
struct ISCCallTests {
    @Test("A commit with every argument; binary-to-ascii leaves zeros out")
    func full() throws {
        let found = try events(
            "commit", "10.77.0.100", "0:15:65:a:bb:1", "hex:79:65:61:6c:69:6e:6b", "hex:3:61:62:63:2:78:79", "hex:53:49:50",
            "10.88.0.1")
        var expected = LeaseEvent(.acknowledged, mac: mac, ip: ip)
        expected.vendorClass = "yealink"
        expected.userClass = "abc,xy"
        expected.hostname = "SIP"
        expected.relay = IPv4Address(10, 88, 0, 1)
        #expect(found == [expected])
    }

    @Test("Empty arguments stand for options that were not sent, and no relay is 0.0.0.0")
    func empty() throws {
        let found = try events("commit", "10.77.0.100", "0:15:65:a:bb:1", "", "", "", "0.0.0.0")
        #expect(found == [LeaseEvent(.acknowledged, mac: mac, ip: ip)])
    }

    @Test("Texts come as they are, and a NUL at the end of octets does not count")
    func texts() throws {
        let plain = try #require(try events("commit", "10.77.0.100", "00:15:65:0a:bb:01", "yealink", "bare class").first)
        #expect(plain.vendorClass == "yealink")
        #expect(plain.userClass == "bare class")
        let octets = try #require(try events("commit", "10.77.0.100", "00:15:65:0a:bb:01", "hex:61:0").first)
        #expect(octets.vendorClass == "a")
    }

    @Test("A release and an expiry end the lease", arguments: ["release", "expiry"])
    func ends(action: String) throws {
        #expect(try events(action, "10.77.0.100", "0:15:65:a:bb:1") == [LeaseEvent(.ended, mac: mac, ip: ip)])
    }

    @Test(
        "What is no address or no octets is refused",
        arguments: [
            ["commit"], ["commit", "10.77.0.100"], ["commit", "", ""], ["commit", "10.77.0", "0:15:65:a:bb:1"],
            ["commit", "10.77.0.100", "0:15:65:a:bb"], ["commit", "10.77.0.100", "0:15:65:a:bb:1", "hex:"],
            ["commit", "10.77.0.100", "0:15:65:a:bb:1", "hex:61::62"], ["commit", "10.77.0.100", "0:15:65:a:bb:1", "hex:+1"],
            ["commit", "10.77.0.100", "0:15:65:a:bb:1", "hex:zz"], [],
        ])
    func malformed(arguments: [String]) {
        #expect(throws: HookInputError.self) { try HookCall(arguments: arguments) { _ in nil }.leaseEvents() }
    }
}

@Suite("Calls by dnsmasq")
struct DnsmasqCallTests {
    @Test("A new lease with every variable")
    func full() throws {
        let found = try events(
            "add", "00:15:65:0a:bb:01", "10.77.0.100", "given-name",
            environment: [
                "DNSMASQ_VENDOR_CLASS": "yealink", "DNSMASQ_USER_CLASS0": "a", "DNSMASQ_USER_CLASS1": "b", "DNSMASQ_USER_CLASS3": "no",
                "DNSMASQ_SUPPLIED_HOSTNAME": "SIP-T46S", "DNSMASQ_RELAY_ADDRESS": "10.88.0.1", "DNSMASQ_INTERFACE": "br0",
                "DNSMASQ_REQUESTED_OPTIONS": "1,3,66,999,x,43",
            ])
        var expected = LeaseEvent(.acknowledged, mac: mac, ip: ip)
        expected.vendorClass = "yealink"
        expected.userClass = "a,b"
        expected.hostname = "SIP-T46S"
        expected.relay = IPv4Address(10, 88, 0, 1)
        expected.interface = "br0"
        expected.parameterRequestList = [1, 3, 66, 43]
        #expect(found == [expected])
    }

    @Test("A lease from dnsmasq's file still binds the address")
    func dataMissing() throws {
        let found = try events(
            "old", "00:15:65:0a:bb:01", "10.77.0.100", environment: ["DNSMASQ_DATA_MISSING": "1", "DNSMASQ_LEASE_EXPIRES": "9"])
        #expect(found == [LeaseEvent(.acknowledged, mac: mac, ip: ip)])
    }

    @Test("del ends the lease")
    func end() throws {
        #expect(try events("del", "00:15:65:0a:bb:01", "10.77.0.100").map(\.change) == [.ended])
    }

    @Test("IPv6, TFTP and ARP are none of its business")
    func others() throws {
        #expect(try events("add", "00:01:00:01:2a", "fd00::100", environment: ["DNSMASQ_IAID": "1"]).isEmpty)
        #expect(try events("add", "00:15:65:0a:bb:01", "fd00::100").isEmpty)
        #expect(try events("tftp", "1234", "10.77.0.100", "/srv/file").isEmpty)
        #expect(try events("arp-add", "00:15:65:0a:bb:01", "10.77.0.100").isEmpty)
        #expect(try events("init").isEmpty)
    }

    @Test("A hardware address that is not Ethernet's is refused")
    func otherHardware() {
        #expect(throws: HookInputError.self) { try events("add", "06-00:15:65:0a:bb:01", "10.77.0.100") }
    }
}

@Suite("Calls by Kea")
struct KeaCallTests {
    private static let lease = [
        "LEASES4_SIZE": "1", "LEASES4_AT0_ADDRESS": "10.77.0.100", "LEASES4_AT0_HWADDR": "00:15:65:0a:bb:01",
        "LEASES4_AT0_HOSTNAME": "sip-t46s.", "QUERY4_GIADDR": "0.0.0.0", "QUERY4_IFACE_NAME": "br0", "DELETED_LEASES4_SIZE": "0",
    ]

    @Test("A committed lease")
    func committed() throws {
        var expected = LeaseEvent(.acknowledged, mac: mac, ip: ip)
        expected.hostname = "sip-t46s"
        expected.interface = "br0"
        #expect(try events("leases4_committed", environment: Self.lease) == [expected])
    }

    @Test("A commit that takes a lease back")
    func deleted() throws {
        let environment = [
            "LEASES4_SIZE": "0", "DELETED_LEASES4_SIZE": "1", "DELETED_LEASES4_AT0_ADDRESS": "10.77.0.100",
            "QUERY4_HWADDR": "hwtype=1 00:15:65:0a:bb:01",
        ]
        #expect(try events("leases4_committed", environment: environment) == [LeaseEvent(.ended, mac: mac, ip: ip)])
    }

    @Test(
        "One lease's events",
        arguments: zip(
            ["lease4_renew", "lease4_release", "lease4_expire", "lease4_decline"],
            [LeaseEvent.Change.acknowledged, .ended, .ended, .declined]))
    func single(point: String, change: LeaseEvent.Change) throws {
        let environment = ["LEASE4_ADDRESS": "10.77.0.100", "LEASE4_HWADDR": "00:15:65:0a:bb:01"]
        #expect(try events(point, environment: environment) == [LeaseEvent(change, mac: mac, ip: ip)])
    }

    @Test("Counts are not believed", arguments: ["-1", "256", "99999999999999999999", "x", ""])
    func counts(count: String) throws {
        #expect(try events("leases4_committed", environment: ["LEASES4_SIZE": count]).isEmpty)
    }

    @Test("A lease that is announced and not there is refused")
    func missing() {
        #expect(throws: HookInputError.self) { try events("leases4_committed", environment: ["LEASES4_SIZE": "255"]) }
    }
}

@Suite("What provd reads")
struct ObservationLineTests {
    @Test("The line is the observation, whatever a client put into its texts")
    func line() throws {
        var event = LeaseEvent(.acknowledged, mac: mac, ip: ip)
        event.vendorClass = "a\"\\\n\u{0}\u{1F}é"
        event.userClass = "x,y"
        event.hostname = "h"
        event.interface = "br0"
        event.relay = IPv4Address(10, 88, 0, 1)
        event.parameterRequestList = [1, 66]
        let line = event.observationLine(time: 1_800_000_000.25)
        #expect(line.last == UInt8(ascii: "\n"))
        #expect(line.dropLast().allSatisfy { $0 != UInt8(ascii: "\n") })
        var expected = DHCPObservation(observer: .hook, time: 1_800_000_000.25, type: .ack, mac: mac)
        expected.ip = ip
        expected.relay = event.relay
        expected.interface = "br0"
        expected.vendorClass = event.vendorClass
        expected.userClass = "x,y"
        expected.hostname = "h"
        expected.parameterRequestList = [1, 66]
        #expect(try JSONDecoder().decode(DHCPObservation.self, from: Data(line)) == expected)
    }

    @Test("Each change is a message type", arguments: [LeaseEvent.Change.acknowledged, .ended, .declined])
    func types(change: LeaseEvent.Change) throws {
        let line = LeaseEvent(change, mac: mac, ip: ip).observationLine(time: 1)
        #expect(try JSONDecoder().decode(DHCPObservation.self, from: Data(line)).type.rawValue == change.rawValue)
    }

    @Test("Random arguments and variables never trap, and whatever comes out can be read")
    func random() throws {
        var generator = SeededGenerator(state: 0x5eed)
        let words = ["commit", "release", "add", "old", "del", "leases4_committed", "lease4_renew", "lease4_expire", ""]
        let pieces = ["10.77.0.100", "00:15:65:0a:bb:01", "0:0:0:0:0:0", "hex:", "hex:0", "1", "255", ":", "é\u{0}", "-", "99999999999"]
        for _ in 0..<500 {
            var arguments = [words.randomElement(using: &generator) ?? ""]
            for _ in 0..<Int.random(in: 0...7, using: &generator) {
                if Bool.random(using: &generator) {
                    arguments.append(pieces.randomElement(using: &generator) ?? "")
                } else {
                    let octets = (0..<Int.random(in: 0...600, using: &generator)).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
                    arguments.append(String(decoding: octets, as: UTF8.self))
                }
            }
            let value = arguments.last
            guard let found = try? HookCall(arguments: arguments, variable: { $0.contains("SIZE") ? "3" : value }).leaseEvents() else { continue }
            for event in found {
                let line = event.observationLine(time: 1)
                #expect(line.count < 8192)
                #expect(throws: Never.self) { try JSONDecoder().decode(DHCPObservation.self, from: Data(line)) }
            }
        }
    }
}

/// SplitMix64, so that a failure can be repeated.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
