// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import Testing

@Suite("MAC addresses")
struct MACAddressTests {
    @Test(
        "Every usual way of writing reads as the same address",
        arguments: ["00:15:65:0a:bb:cc", "00:15:65:0A:BB:CC", "0:15:65:a:bb:cc", "00-15-65-0a-bb-cc", "0015650abbcc", "0015.650a.bbcc"])
    func reads(_ text: String) throws {
        let address = try #require(MACAddress(text))
        #expect(address.description == "00:15:65:0a:bb:cc")
        #expect(address.compact == "0015650abbcc")
        #expect(address.oui.description == "00:15:65")
        #expect(MACAddress(octets: address.octets) == address)
    }

    @Test(
        "Anything else is refused",
        arguments: ["", ":", "00:15:65:0a:bb", "00:15:65:0a:bb:cc:dd", "00:15-65:0a:bb:cc", "0015650abbc", "0015650abbccd", "00:15:65:0a:bb:cg", "001:15:65:0a:bb:c", "0015.650abb.cc", " 0015650abbcc"])
    func refuses(_ text: String) {
        #expect(MACAddress(text) == nil)
    }

    @Test func ouiReadsItsForms() {
        #expect(OUI("00:15:65") == MACAddress("001565000000")?.oui)
        #expect(OUI("001565") == OUI("00-15-65"))
        for text in ["", "0015", "00:1565", "00156", "0015655", "00:15:6g"] { #expect(OUI(text) == nil, "\(text)") }
    }
}

@Suite("IP addresses")
struct IPAddressTests {
    @Test func ipv4RoundTrips() {
        for text in ["0.0.0.0", "10.77.0.1", "255.255.255.255", "1.2.3.4"] { #expect(IPv4Address(text)?.description == text) }
    }

    @Test(arguments: ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "010.1.1.1", "1..2.3", "1.2.3.+4", "1.2.3.4 ", "٣.1.1.1"])
    func ipv4Refuses(_ text: String) {
        #expect(IPv4Address(text) == nil)
    }

    @Test(
        "IPv6 text becomes the canonical form of RFC 5952",
        arguments: [
            ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::", "::"), ("::1", "::1"), ("1::", "1::"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("fe80:0:0:0:0:0:0:0", "fe80::"),
        ])
    func ipv6Canonical(_ text: String, _ canonical: String) {
        #expect(IPv6Address(text)?.description == canonical)
    }

    @Test(arguments: ["", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "::1%eth0", "g::", "1:2:3:4:5:6:7::8"])
    func ipv6Refuses(_ text: String) {
        #expect(IPv6Address(text) == nil)
    }

    @Test func mappedAddressIsThePhonesIPv4Address() {
        #expect(IPAddress("::ffff:10.77.0.11") == IPAddress("10.77.0.11"))
    }
}

@Suite("IPv4 networks")
struct IPv4NetworkTests {
    @Test func knowsItsAddresses() throws {
        let network = try #require(IPv4Network("10.77.0.0/24"))
        #expect(network.netmask.description == "255.255.255.0")
        #expect(network.last.description == "10.77.0.255")
        #expect(network.contains(IPv4Address(10, 77, 0, 9)))
        #expect(!network.contains(IPv4Address(10, 78, 0, 9)))
        #expect(IPv4Network("0.0.0.0/0")?.contains(.broadcast) == true)
        #expect(network.overlaps(try #require(IPv4Network("10.0.0.0/8"))))
    }

    @Test(arguments: ["10.77.0.1/24", "10.77.0.0", "10.77.0.0/33", "10.77.0.0/-1", "/24", "10.77.0.0/24/1"])
    func refuses(_ text: String) {
        #expect(IPv4Network(text) == nil)
    }
}
