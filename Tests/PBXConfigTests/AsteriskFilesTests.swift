// SPDX-License-Identifier: GPL-3.0-or-later

import PBXConfig
import Testing

/// A site with two lines and a phone without one.
func site(_ more: [PBXPlan.Account] = []) -> PBXPlan {
    var plan = PBXPlan(
        accounts: [
            .init(username: "102", password: "b;c]d[e=>f", kind: .line(number: "102", name: "Bob \"Tables\" <x>; [o'Brien]"), tenant: "t1"),
            .init(username: "alice", password: "secret-101", kind: .line(number: "101", name: "Alice Martin"), tenant: "t1"),
            .init(username: "ap23467bcd", password: "secret-ap", kind: .autoprov, tenant: "t1"),
        ] + more, host: "pbx.example", provdHost: "10.77.0.1", fastAGI: "10.77.0.1:4573")
    plan.accessNumber = "*99"
    plan.loginNumber = "*11"
    plan.logoutNumber = "*12"
    plan.resetNumbers = ["*48378", "*guest"]
    plan.emergencyNumbers = ["112", "911"]
    return plan
}

/// A configuration file of Asterisk, read as main/config.c does, and stricter: what that passes over is a fault here.
struct AsteriskConfiguration {
    struct Section {
        let name: String
        let templates: [String]
        let isTemplate: Bool
        var options: [(key: String, value: String)] = []

        func value(_ key: String) -> String? { options.last { $0.key == key }?.value }
    }

    struct Fault: Error { let line: String }

    var sections: [Section] = []

    init(_ text: String) throws {
        var templates: [String: Section] = [:]
        for raw in text.split(separator: "\n") {
            var line = Self.withoutComment(String(raw)).trimmed
            guard !line.isEmpty else { continue }
            if line.hasPrefix("[") {
                guard let end = line.firstIndex(of: "]") else { throw Fault(line: line) }
                let name = String(line[..<end].dropFirst())
                let flags = line[end...].dropFirst()
                var bases: [String] = []
                if !flags.isEmpty {
                    guard flags.hasPrefix("("), flags.hasSuffix(")") else { throw Fault(line: line) }
                    bases = flags.dropFirst().dropLast().split(separator: ",").map(String.init)
                }
                let isTemplate = bases == ["!"]
                if !isTemplate { guard bases.allSatisfy({ templates[$0] != nil }) else { throw Fault(line: line) } }
                sections.append(Section(name: name, templates: isTemplate ? [] : bases, isTemplate: isTemplate))
                if !isTemplate { for base in bases { sections[sections.count - 1].options += templates[base]?.options ?? [] } }
                continue
            }
            guard let equals = line.firstIndex(of: "="), !sections.isEmpty else { throw Fault(line: line) }
            let key = String(line[..<equals]).trimmed
            line = String(line[equals...].dropFirst())
            if line.hasPrefix(">") { line = String(line.dropFirst()) }
            guard !key.isEmpty else { throw Fault(line: line) }
            sections[sections.count - 1].options.append((key, line.trimmed))
            if let last = sections.last, last.isTemplate { templates[last.name] = last }
        }
    }

    private static func withoutComment(_ line: String) -> String {
        var result = "", isEscaped = false
        for character in line {
            if character == ";", !isEscaped { break }
            if character == ";" { result.removeLast() }
            result.append(character)
            isEscaped = character == "\\"
        }
        return result
    }
}

extension String {
    var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}

@Suite("Files for Asterisk")
struct AsteriskFilesTests {
    private func configuration(_ name: String, of plan: PBXPlan = site()) throws -> AsteriskConfiguration {
        let files = try AsteriskFiles(plan).files()
        return try AsteriskConfiguration(try #require(files.first { $0.name == name }).text)
    }

    @Test("Each account is an endpoint with its password, whatever is in it")
    func endpoints() throws {
        let sections = try configuration("pjsip_provd.conf").sections.filter { !$0.isTemplate }
        func section(_ name: String, _ type: String) throws -> AsteriskConfiguration.Section {
            try #require(sections.first { $0.name == name && $0.value("type") == type })
        }
        #expect(sections.count == 9)
        for (name, password) in [("102", "b;c]d[e=>f"), ("alice", "secret-101"), ("ap23467bcd", "secret-ap")] {
            let auth = try section(name, "auth"), endpoint = try section(name, "endpoint")
            #expect(auth.value("username") == name && auth.value("password") == password && auth.value("auth_type") == "userpass")
            #expect(endpoint.value("auth") == name && endpoint.value("aors") == name)
            #expect(try section(name, "aor").value("max_contacts") == "4")
        }
        #expect(try section("alice", "endpoint").value("callerid") == "\"Alice Martin\" <101>")
        #expect(try section("102", "endpoint").value("callerid") == "\"Bob Tables x; [o'Brien]\" <102>")
        #expect(try section("alice", "endpoint").value("context") == "provd-lines")
        #expect(try section("ap23467bcd", "endpoint").value("context") == "provd-autoprov")
    }

    @Test("Every option is one that res_pjsip has")
    func options() throws {
        let known: [String: Set<String>] = [
            "endpoint": [
                "type", "disallow", "allow", "direct_media", "rtp_symmetric", "force_rport", "rewrite_contact", "trust_id_inbound", "context", "auth", "aors",
                "callerid",
            ],
            "auth": ["type", "auth_type", "username", "password"],
            "aor": ["type", "max_contacts", "remove_unavailable", "qualify_frequency", "support_path"],
        ]
        for section in try configuration("pjsip_provd.conf").sections {
            let type = try #require(section.value("type"))
            for option in section.options { #expect(known[type]?.contains(option.key) == true, "\(section.name): \(option.key)") }
        }
    }

    @Test("The dialplan's steps follow one another, and each jump leads to a step")
    func dialplan() throws {
        let contexts = try configuration("extensions_provd.conf").sections
        let names = Set(contexts.map(\.name))
        #expect(names == ["provd-autoprov", "provd-access", "provd-features", "provd-emergency", "provd-code", "provd-desk", "provd-enter", "provd-say", "provd-lines"])
        let applications: Set = [
            "Set", "AGI", "Answer", "GotoIf", "Goto", "Gosub", "Playback", "Read", "SayDigits", "ExecIf", "Dial", "Hangup", "Return",
        ]
        for context in contexts {
            var labels: Set<String> = [], targets: Set<String> = [], hasExtension = false
            for option in context.options {
                switch option.key {
                case "include": #expect(names.contains(option.value), "\(option.value)")
                case "exten", "same":
                    var parts = option.value.split(separator: ",", maxSplits: option.key == "exten" ? 2 : 1).map(String.init)
                    if option.key == "exten" {
                        hasExtension = true
                        // Labels belong to their extension.
                        #expect(targets.isSubset(of: labels), "\(context.name): \(targets.subtracting(labels))")
                        (labels, targets) = ([], [])
                        parts.removeFirst()
                        #expect(parts[0] == "1")
                    }
                    #expect(hasExtension)
                    if parts[0].hasPrefix("n("), parts[0].hasSuffix(")") {
                        #expect(labels.insert(String(parts[0].dropFirst(2).dropLast())).inserted)
                    } else {
                        #expect(parts[0] == "n" || parts[0] == "1")
                    }
                    let application = parts[1].prefix { $0 != "(" }
                    #expect(applications.contains(String(application)), "\(application)")
                    #expect(parts[1].filter { $0 == "(" }.count == parts[1].filter { $0 == ")" }.count && parts[1].hasSuffix(")"), "\(parts[1])")
                    if application == "GotoIf", let target = parts[1].split(separator: "?").last?.dropLast(), !target.contains(",") {
                        targets.insert(String(target))
                    }
                    if application == "Goto" { targets.insert(String(parts[1].dropFirst("Goto(".count).dropLast())) }
                default: Issue.record("\(option.key)")
                }
            }
            #expect(targets.isSubset(of: labels), "\(context.name): \(targets.subtracting(labels))")
        }
    }

    @Test("A number rings the phones of its line's account, and codes are asked about")
    func numbers() throws {
        let text = try #require(try AsteriskFiles(site()).files().last).text
        #expect(text.contains("exten = 101,1,Set(PROVD_CONTACTS=${PJSIP_DIAL_CONTACTS(alice)})"))
        #expect(text.contains("AGI(agi://10.77.0.1:4573/provision,${PROVD_CODE},${CHANNEL(pjsip,remote_addr)},${PROVD_CONSENT})"))
        #expect(text.contains("AGI(agi://10.77.0.1:4573/${ARG1},${FILTER(0-9,${ARG2})},${CHANNEL(pjsip,remote_addr)})"))
        for number in ["*99", "*11", "*12", "*48378", "*guest", "112", "911"] { #expect(text.contains("exten = \(number),1,")) }
    }

    @Test("Tenants have contexts of their own, in which a number can be another's")
    func tenants() throws {
        let plan = site([.init(username: "other", password: "x", kind: .line(number: "101", name: "Other"), tenant: "t2")])
        let contexts = try configuration("extensions_provd.conf", of: plan).sections
        #expect(contexts.map(\.name).filter { $0.hasPrefix("provd-lines") } == ["provd-lines-t1", "provd-lines-t2"])
        let other = try #require(try configuration("pjsip_provd.conf", of: plan).sections.first { $0.name == "other" })
        #expect(other.value("context") == "provd-lines-t2")
    }

    @Test("What would break out of its place is refused")
    func hostile() {
        for account in [
            PBXPlan.Account(username: "a]\n[b", password: "x", kind: .autoprov, tenant: "t"),
            PBXPlan.Account(username: "a", password: "x\ny = z", kind: .autoprov, tenant: "t"),
            PBXPlan.Account(username: "a", password: "x", kind: .line(number: "1,1,System(x)", name: "A"), tenant: "t"),
            PBXPlan.Account(username: "a", password: "x", kind: .line(number: "1", name: "A\r\n#exec rm"), tenant: "t"),
        ] {
            #expect(throws: PBXConfigError.self) { try AsteriskFiles(site([account])).files() }
        }
    }

    @Test("The same site gives the same files")
    func stable() throws {
        var reversed = site()
        reversed.accounts.reverse()
        #expect(try AsteriskFiles(reversed).files() == AsteriskFiles(site()).files())
    }
}
