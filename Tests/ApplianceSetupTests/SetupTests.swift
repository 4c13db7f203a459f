// SPDX-License-Identifier: GPL-3.0-or-later

import ApplianceSetup
import NetTypes
import Testing

/// A small office, as an installer answers for it.
private func office(_ changes: [SetupKey: String?] = [:]) -> SetupSheet {
    var sheet = SetupSheet()
    let answers: [SetupKey: String] = [
        .interface: "eth0", .address: "10.77.0.1", .network: "10.77.0.0/24", .router: "10.77.0.254", .dns: "10.77.0.2", .dhcp: "dnsmasq",
        .range: "10.77.0.100-10.77.0.199", .pbx: "embedded", .vendors: "all", .locale: "de_DE", .timezone: "Europe/Berlin", .lines: "none",
    ]
    for (key, value) in answers { sheet[key] = value }
    for (key, value) in changes { sheet[key] = value }
    return sheet
}

private func plan(_ sheet: SetupSheet, after former: SetupSheet = SetupSheet(), settings: String = "") throws -> SetupPlan {
    try SetupPlan(SetupAnswers(sheet), sheet: sheet, former: former, settings: settings)
}

@Suite("Setting an appliance up")
struct SetupTests {
    @Test("What is proposed on a usual machine is a set-up that works")
    func proposals() throws {
        let address = try #require(IPv4Address("192.168.1.10"))
        let surroundings = SetupSurroundings(
            interfaces: [.init(name: "eth0", address: address, prefixLength: 24)], routers: ["eth0": try #require(IPv4Address("192.168.1.1"))],
            nameServers: [try #require(IPv4Address("192.168.1.1"))], locale: "fr_FR", timezone: "Europe/Paris")
        var sheet = SetupSheet()
        for key in SetupKey.allCases where key.applies(to: sheet) { sheet[key] = surroundings.proposal(for: key, after: sheet) }
        let answers = try SetupAnswers(sheet)
        #expect(answers.network.description == "192.168.1.0/24")
        guard case .served(by: .dnsmasq, let first, let last) = answers.dhcp else {
            Issue.record("no DHCP server is proposed")
            return
        }
        #expect(!(first...last).contains(address))
        #expect(answers.locale == "fr_FR" && answers.timezone == "Europe/Paris" && answers.lines == nil)
    }

    @Test("A range that is proposed never holds the machine itself", arguments: 1...254)
    func ranges(host: Int) throws {
        let surroundings = SetupSurroundings(interfaces: [])
        let sheet = office([.address: "10.77.0.\(host)", .range: nil, .router: "none"])
        let range = try #require(surroundings.proposal(for: .range, after: sheet))
        _ = try SetupAnswers(office([.address: "10.77.0.\(host)", .range: range, .router: "none"]))
    }

    @Test("A wrong answer is named with its key", arguments: [
        (SetupKey.interface, "eth 0"), (.address, "10.78.0.1"), (.address, "10.77.0.255"), (.network, "10.77.0.0"), (.router, "10.1.1.1"), (.dns, "example"),
        (.dhcp, "windows"), (.range, "10.77.0.200-10.77.0.100"), (.range, "10.77.0.1-10.77.0.10"), (.range, "10.78.0.1-10.78.0.9"), (.pbx, "3cx"),
        (.vendors, "../snom"), (.locale, "de DE"), (.timezone, "Berlin; rm"),
    ])
    func wrongAnswers(key: SetupKey, answer: String) {
        let problem = #expect(throws: SetupProblem.self) { try SetupAnswers(office([key: answer])) }
        #expect(problem?.description.hasPrefix("\(key.rawValue): ") == true)
    }

    @Test("Answers are kept, and read again as they were, but for the first lines, which are added once")
    func keptAnswers() throws {
        let sheet = office([.lines: "/root/lines.csv", .pbx: "asterisk", .pbxAddress: "pbx.example"])
        #expect(try SetupSheet(yaml: sheet.yaml) == sheet)
        let kept = try #require(try plan(sheet).files.first { $0.path.hasSuffix("setup.yml") }?.text)
        var expected = sheet
        expected[.lines] = nil
        #expect(try SetupSheet(yaml: kept) == expected)
    }

    @Test("An answers file with a slip is refused with its line", arguments: [
        ("interface: eth0\ninterfaces: eth1\n", "line 2"), ("- eth0\n", "no mapping"), ("interface: {a: b}\n", "neither"), ("a: [\n", "YAML"),
    ])
    func wrongFiles(text: String, part: String) {
        let problem = #expect(throws: SetupProblem.self) { try SetupSheet(yaml: text) }
        #expect(problem?.description.contains(part) == true)
    }

    @Test("A later answer wins, and the others stay")
    func merging() {
        var newer = SetupSheet()
        newer[.locale] = "en_GB"
        let merged = office().merging(newer)
        #expect(merged[.locale] == "en_GB" && merged[.interface] == "eth0")
    }

    @Test("Settings that somebody wrote stay, with their comments")
    func settingsStay() throws {
        let mine = "# ours\nadvertised_address: 192.0.2.1  # old\nhttp: {port: 80}\ncodes:\n  confirm: true # ask\n"
        let text = try #require(try plan(office(), settings: mine).files.first?.text)
        #expect(text == "# ours\nadvertised_address: 10.77.0.1\nhttp: {port: 80}\ncodes:\n  confirm: true # ask\n")
    }

    @Test("What cannot be changed without touching more is left to a person")
    func blockSetting() {
        let mine = "advertised_address: 192.0.2.1\ndhcp_inform:\n  enabled: true\n"
        let problem = #expect(throws: SetupProblem.self) { try plan(office(), settings: mine) }
        #expect(problem?.description.contains("by hand") == true)
    }

    @Test("Doing it twice changes nothing the second time")
    func again() throws {
        let first = try plan(office())
        let settings = try #require(first.files.first?.text)
        #expect(try plan(office(), settings: settings) == first)
    }

    @Test("Each role of DHCP brings its own commands")
    func roles() throws {
        let dnsmasq = try plan(office()), kea = try plan(office([.dhcp: "kea"]))
        let generated = try plan(office([.dhcp: "generate", .dhcpServer: "routeros"])), inform = try plan(office([.dhcp: "inform"]))
        #expect(dnsmasq.commands.contains { $0.arguments.contains("systemctl restart provd-dnsmasq.service") })
        #expect(kea.written == ["/etc/kea/kea-dhcp4.conf", "/etc/kea/kea-dhcp4.conf.previous"] && kea.dhcpUnit == "kea-dhcp4-server.service")
        #expect(generated.commands.contains { $0.arguments.starts(with: ["dhcpd-config", "generate", "--for", "routeros"]) })
        #expect(inform.files.first?.text?.contains("dhcp_inform: {enabled: true") == true)
        #expect(inform.written.isEmpty)
    }

    @Test("A DHCP server of the last set-up that nobody wants any more is stopped before provd starts", arguments: [
        ("dnsmasq", "provd-dnsmasq.service"), ("kea", "kea-dhcp4-server.service"),
    ])
    func formerServer(server: String, unit: String) throws {
        let former = office([.dhcp: server])
        for role in ["inform", "none", server == "kea" ? "dnsmasq" : "kea"] {
            let commands = try plan(office([.dhcp: role]), after: former).commands.map(\.arguments)
            let stop = try #require(commands.firstIndex(of: ["systemctl", "disable", "--quiet", "--now", unit]))
            let start = try #require(commands.firstIndex { $0.starts(with: ["systemctl", "restart", "provd.service"]) })
            #expect(stop < start)
        }
        #expect(try !plan(former, after: former).commands.contains { $0.arguments.contains("--now") })
        #expect(try !plan(office([.dhcp: "inform"])).commands.contains { $0.arguments.contains("--now") })
    }

    @Test("Undoing lets the DHCP server of before run, and no other")
    func undoing() {
        let toDnsmasq = SetupPlan.undoing(office([.dhcp: "kea"]), to: office()).map(\.arguments)
        #expect(toDnsmasq.contains(["systemctl", "disable", "--quiet", "--now", "kea-dhcp4-server.service"]))
        #expect(toDnsmasq.last == ["systemctl", "restart", "provd-dnsmasq.service"])
        let toNothing = SetupPlan.undoing(office(), to: nil).map(\.arguments)
        #expect(toNothing.contains(["systemctl", "disable", "--quiet", "--now", "provd-dnsmasq.service"]))
        #expect(toNothing.last == ["systemctl", "stop", "provd.socket", "provd.service", "dhcp-sniffd.service"])
        #expect(!SetupPlan.undoing(office(), to: office()).contains { $0.arguments.contains("--now") })
    }

    @Test("What a set-up needs is known before it begins")
    func requirements() throws {
        let here = SetupRequirements(try SetupAnswers(office([.lines: "/root/lines.csv"])))
        #expect(here.program?.name == "dnsmasq" && here.program?.package == "dnsmasq-base")
        #expect(here.files.map(\.path) == ["/usr/share/zoneinfo/Europe/Berlin", "/root/lines.csv"])
        #expect(SetupRequirements(try SetupAnswers(office([.dhcp: "kea"]))).program?.name == "kea-dhcp4")
        let elsewhere = SetupRequirements(try SetupAnswers(office([.dhcp: "inform", .timezone: nil])))
        #expect(elsewhere.program == nil && elsewhere.files.isEmpty)
    }

    @Test("There are three things to do next, whatever was answered", arguments: ["dnsmasq", "kea", "generate", "inform", "none"], ["embedded", "asterisk"])
    func next(role: String, pbx: String) throws {
        let sheet = office([.dhcp: role, .dhcpServer: "isc", .pbx: pbx, .pbxAddress: "10.77.0.3"])
        let next = try plan(sheet).next
        #expect(next.count == 3 && next.last?.contains("Plug a phone in") == true)
        #expect(next[1].contains("register with Asterisk at 10.77.0.3") == (pbx == "asterisk"))
    }

    @Test("Lines register at another telephone system, if there is one")
    func pbx() throws {
        let elsewhere = office([.pbx: "kamailio", .pbxAddress: "10.77.0.3"])
        #expect(try plan(office()).registrar == .unchanged)
        #expect(try plan(elsewhere).registrar == .elsewhere("10.77.0.3"))
        #expect(try plan(office(), after: elsewhere).registrar == .provd)
        #expect(try plan(office(), after: office()).registrar == .unchanged)
    }

    @Test("What Linux says is read")
    func linux() throws {
        let route = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n"
            + "eth0\t00000000\t010A0A0A\t0003\t0\t0\t0\t00000000\t0\t0\t0\neth0\t000A0A0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
        #expect(SetupSurroundings.routers(procNetRoute: route) == ["eth0": try #require(IPv4Address("10.10.10.1"))])
        #expect(SetupSurroundings.nameServers(resolvConf: "search x\nnameserver 127.0.0.53\nnameserver 10.0.0.2\n").map(\.description) == ["10.0.0.2"])
        #expect(SetupSurroundings.locale(lang: "de_DE.UTF-8") == "de_DE" && SetupSurroundings.locale(lang: "C.UTF-8") == nil)
    }
}

@Suite("Single settings of a file")
struct SettingsTextTests {
    @Test("A key is added, changed and taken away")
    func life() throws {
        var text = SettingsText("a: 1")
        try text.set("b", to: "{c: 2}")
        #expect(text.text == "a: 1\nb: {c: 2}\n")
        try text.set("b", to: "3")
        try text.set("a", to: nil)
        #expect(text.text == "b: 3\n")
    }

    @Test("What is no YAML, or has a key twice, is not touched", arguments: ["a: [", "a: 1\na: 2\n", "- a\n", "text"])
    func refused(text: String) {
        var settings = SettingsText(text)
        #expect(throws: SetupProblem.self) { try settings.set("a", to: "1") }
        #expect(settings.text == text)
    }

    @Test("Text that only looks like a key, in a block of text, is not taken for one")
    func literal() {
        var settings = SettingsText("motd: |\n  hello\nb: 1\n")
        #expect(throws: Never.self) { try settings.set("hello", to: "1") }
        var block = SettingsText("motd: \"x\nhello: y\"\n")
        #expect(throws: SetupProblem.self) { try block.set("hello", to: "1") }
    }
}
