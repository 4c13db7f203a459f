// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import Testing

@Suite("Networks of either kind")
struct IPNetworkTests {
    @Test("A network holds its addresses and no others", arguments: [
        ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false), ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "::1", false),
        ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false), ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("2001:db8::/32", "2001:db9::1", false), ("::/0", "2001:db8::1", true), ("::/0", "192.0.2.1", false), ("::1", "::1", true),
        ("192.0.2.0/24", "::ffff:192.0.2.7", true),
    ])
    func membership(network: String, address: String, isInside: Bool) throws {
        let (network, address) = (try #require(IPNetwork(network)), try #require(IPAddress(address)))
        #expect(network.contains(address) == isInside)
    }

    @Test("What is no network is refused", arguments: ["", "/", "192.0.2.0/", "192.0.2.0/33", "192.0.2.1/24", "::/129", "192.0.2.0/-1", "192.0.2.0/+8", "a/8", "192.0.2.0/8/8", "2001:db8::1/64"])
    func refusals(text: String) { #expect(IPNetwork(text) == nil) }
}
