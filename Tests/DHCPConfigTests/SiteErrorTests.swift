// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import DHCPConfig

/// Every kind of mistake in a site file is reported with its line and a remedy.
struct SiteErrorTests {
    /// A good site of nine lines, in which one line is replaced.
    private static let lines = [
        "provd:", "  address: 10.77.0.1", "vendors: all", "subnets:", "  - name: voice", "    network: 10.77.0.0/24",
        "    router: 10.77.0.254", "    dns: 10.77.0.2", "    ranges: [10.77.0.100-10.77.0.199]",
    ]

    private static func site(_ number: Int, _ text: String) -> String {
        var lines = Self.lines
        lines[number - 1] = text
        return lines.joined(separator: "\n") + "\n"
    }

    @Test func theGoodSiteHasNoProblem() {
        #expect(siteProblems(Self.lines.joined(separator: "\n")) == [])
    }

    @Test(arguments: [
        (2, "  adress: 10.77.0.1", "site.yml:2: error: “provd” has no key “adress” (did you mean “address”?)"),
        (2, "  address: 10.77.0.300", "site.yml:2: error: “10.77.0.300” is not an IPv4 address (write it as 192.0.2.7)"),
        (2, "  address: 10.77.0.1\n  http_url: ftp://x", "site.yml:3: error: “ftp://x” is not a base URL"),
        (2, "  address: 10.77.0.1\n  http_url: http://x:99999", "site.yml:3: error:"),
        (2, "  address: 10.77.0.1\n  http_url: http://x/\"y", "site.yml:3: error:"),
        (2, "  address: 10.77.0.1\n  url_key: short", "site.yml:3: error: a URL key"),
        (2, "  address: 10.77.0.1\n  tftp_server: a b", "neither an IPv4 address nor a host name"),
        (3, "vendors: [yealnik]", "site.yml:3: error: there is no definition or family “yealnik” (did you mean “yealink”?)"),
        (3, "vendors: {yealink: {protocol: gopher}}", "site.yml:3: error: “protocol” is “gopher” (write one of: http, https, tftp)"),
        (3, "vendors: {yealink: {protocol: https}}", "site.yml:3: error: yealink shall fetch over HTTPS, but provd has no https_url"),
        (3, "vendors: {snom: {protocol: tftp}}", "the definition of snom does not know how to boot over tftp"),
        (3, "vendors: {yealink: , others: maybe}", "“others” is not understood"),
        (3, "vendor: all", "site.yml:3: error: a site file has no key “vendor” (did you mean “vendors”?)"),
        (4, "subnets: {}\nx:", "“subnets” must be a list"),
        (5, "  - name: v oice", "becomes a tag"),
        (6, "    network: 10.77.0.5/24", "is an address inside a network (write the network: 10.77.0.0/24)"),
        (6, "    network: 10.77.0.0/33", "is not an IPv4 network"),
        (7, "    router: 10.78.0.1", "site.yml:7: error: the router 10.78.0.1 is not in 10.77.0.0/24"),
        (7, "    router: 10.77.0.150", "site.yml:9: error: the range would lease 10.77.0.150, which the router has"),
        (9, "    ranges: [10.77.0.100-10.77.1.5]", "site.yml:9: error: the range 10.77.0.100-10.77.1.5 is not inside 10.77.0.0/24"),
        (9, "    ranges: [10.77.0.199-10.77.0.100]", "ends before it begins"),
        (9, "    ranges: [10.77.0.0-10.77.0.9]", "the network's own address"),
        (9, "    ranges: [ten]", "is not a range of addresses"),
        (9, "    ranges: [10.77.0.100-10.77.0.150, 10.77.0.140-10.77.0.160]", "overlap (merge or separate them)"),
        (9, "    ranges: 10.77.0.100-10.77.0.110\n    lease: 5", "is not a lease time"),
        (9, "    ranges: 10.77.0.100-10.77.0.110\n    lease: 99999999999999999999d", "is not a lease time"),
        (9, "    ranges: 10.77.0.100-10.77.0.110\n    vlan: 4095", "“vlan” is “4095”, not a whole number (write a number from 1 to 4094)"),
        (9, "    ranges: 10.77.0.100-10.77.0.110\n    tenant: nobody", "there is no tenant “nobody”"),
        (9, "    ranges: 10.77.0.100-10.77.0.110\n    serve: guests", "“serve” is “guests” (write one of: phones, everyone)"),
        (9, "    reservations: [{mac: 1, address: 10.77.0.5}]", "is not a MAC address"),
        (9, "    reservations: [{mac: 00:15:65:00:00:01, address: 10.99.0.5}]", "is not in 10.77.0.0/24"),
        (9, "    reservations: [{mac: 00:15:65:00:00:01, address: 10.77.0.5}, {mac: 00:15:65:00:00:01, address: 10.77.0.6}]", "two reservations"),
        (9, "    reservations: [{mac: 00:15:65:00:00:01, address: 10.77.0.5}, {mac: 00:15:65:00:00:02, address: 10.77.0.5}]", "reserved twice"),
        (9, "    ranges: 10.77.0.100-10.77.0.110\n  - name: voice\n    network: 10.79.0.0/24", "two subnets are named “voice”"),
        (9, "    ranges: 10.77.0.100-10.77.0.110\n  - name: b\n    network: 10.77.0.0/16", "overlaps “voice” (10.77.0.0/24)"),
        (9, "    interface: a/b", "is not the name of a network interface"),
        (9, "    dns2: 1.2.3.4", "a subnet has no key “dns2” (did you mean “dns”?)"),
    ])
    func aMistakeIsReported(_ line: Int, _ text: String, _ message: String) {
        let problems = siteProblems(Self.site(line, text))
        #expect(problems.contains { $0.contains(message) }, "\(problems)")
    }

    @Test(arguments: [
        (7, "    router: []", "cannot reach provd"),
        (8, "    dns: []", "phones of the family “snom” need dns"),
        (3, "vendors: []", "serves phones only, but the site has no class"),
        (9, "    domain: example.net", "leases no address"),
        (9, "    interface: br0\n    ranges: 10.77.0.5-10.77.0.20\n  - {name: b, network: 10.80.0.0/24, interface: br0, ranges: 10.80.0.5-10.80.0.20}", "shares its link"),
    ])
    func aTrapIsReported(_ line: Int, _ text: String, _ message: String) {
        var site = Self.site(line, text) + "    serve: phones\n"
        if message.contains("reach") { site = site.replacing("address: 10.77.0.1", with: "address: 10.1.0.1") }
        if text.contains("{name: b") { site = Self.site(line, text) }
        let problems = siteProblems(site)
        #expect(problems.contains { $0.contains(message) }, "\(problems)")
    }

    @Test func aRelayWithAnAddressOfAnotherSubnetIsNamed() {
        let problems = siteProblems(
            """
            provd: {address: 10.77.0.1}
            subnets:
              - {name: voice, network: 10.77.0.0/24, interface: br0, dns: 10.77.0.2, ranges: 10.77.0.100-10.77.0.150}
              - {name: far, network: 10.88.0.0/24, relays: [10.77.0.9], router: 10.88.0.1, dns: 10.77.0.2, ranges: 10.88.0.100-10.88.0.150}
            """)
        #expect(problems.contains { $0.contains(":4: warning: the relay 10.77.0.9 of “far” has an address of “voice” (10.77.0.0/24)") }, "\(problems)")
        #expect(problems.contains { $0.contains("name the address that the relay has in 10.88.0.0/24") }, "\(problems)")
    }

    @Test func valuesThatDoNotFitSayWhatHelps() {
        let url = "http://10.77.0.1:8667/" + String(repeating: "a", count: 240)
        let problems = siteProblems("provd: {address: 10.77.0.1, http_url: \"\(url)\"}\nsubnets:\n  - {name: a, network: 10.77.0.0/24, ranges: 10.77.0.5-10.77.0.50}\n")
        for part in ["sub-option 2 has 269 octets, more than 255", "and there is room for 255", "and the phone reads no more than 247"] {
            #expect(problems.contains { $0.contains(part) && $0.hasSuffix("(shorten the URL of provd)") }, "\(part): \(problems)")
        }
    }

    @Test func everyProblemIsReportedAtOnce() {
        let text = "provd: {address: x}\nsubnets:\n  - {name: 1, network: y, lease: z}\n  - {nmae: a}\n"
        #expect(siteProblems(text).count >= 6)
    }
}
