// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import PhonePlugins

/// Reads the first SIP account in the configuration file of a model's phones.
///
/// It knows no vendor's format. The plugin's own template, rendered with values that no file has by chance, shows under which names it writes user, password and registrar;
/// the same names are then looked for in what provd served. What a template writes in no recognisable place cannot be read, and ``init(_:)`` says so.
public struct AccountReader: Sendable {
    private let charset: FileRule.Charset
    private let format: FileRule.Format
    private let anchors: [AccountMarks.Role: [ValueAnchor]]
    /// Anchors in a file that also names the registrar's port; the others then stand elsewhere where both are written together.
    private let anchorsWithPort: [AccountMarks.Role: [ValueAnchor]]
    /// For each transport the lines that only it has.
    private let transportLines: [(name: String, lines: Set<[UInt8]>)]

    /// Whether the configuration can name the registrar's port. If not, the phone registers at 5060, whatever is configured.
    public var namesPort: Bool { anchorsWithPort[.port]?.isEmpty == false || namesPortWithHost }
    private let namesPortWithHost: Bool

    /// Learns from a plan's plugin where its template writes an account.
    ///
    /// - Throws: ``AccountProblem`` if it cannot be rendered, or writes no account that is recognised.
    public init(_ plan: BootPlan) throws(AccountProblem) {
        let mac = plan.address(of: 0x5A_BCDE)
        guard let path = plan.steps.last?.path.text(for: mac), let match = plan.plugin.file(forPath: path, protocol: plan.transport, mac: mac) else {
            throw AccountProblem("its plugin serves no file for the phone itself")
        }
        charset = match.rule.charset
        format = match.rule.format
        let marks = AccountMarks.Role.allCases.map(AccountMarks.text)
        func rendered(_ transport: String, hasPort: Bool) throws(AccountProblem) -> TextLines {
            try Self.render(plan, match, path: path, mac: mac, AccountMarks.rawConfig(transport: transport, hasPort: hasPort, server: "192.0.2.1:8667"))
        }
        func located(_ text: TextLines) -> [AccountMarks.Role: [ValueAnchor]] {
            Dictionary(uniqueKeysWithValues: AccountMarks.Role.allCases.map { ($0, ValueAnchor.all(of: AccountMarks.text($0), among: marks, in: text)) })
        }
        let texts = try ["udp", "tcp", "tls"].map { transport throws(AccountProblem) in (transport, try rendered(transport, hasPort: false)) }
        anchors = located(texts[0].1)
        let withPort = try rendered("udp", hasPort: true)
        anchorsWithPort = located(withPort)
        let together = Array("\(AccountMarks.text(.host)):\(AccountMarks.text(.port))".utf8)
        namesPortWithHost = withPort.lines.contains { $0.firstIndex(of: together, from: $0.startIndex) != nil }
        let sets = texts.map { ($0.0, Set($0.1.lines.map { Array($0) })) }
        transportLines = sets.map { name, lines in
            (name, sets.reduce(into: lines) { own, other in if other.0 != name { own.subtract(other.1) } }
                .filter { line in !marks.contains { line[...].firstIndex(of: Array($0.utf8), from: 0) != nil } })
        }
        for role in [AccountMarks.Role.password, .host] where anchors[role]?.isEmpty != false && anchorsWithPort[role]?.isEmpty != false {
            throw AccountProblem("the template of its configuration shows no place of \(role == .host ? "the registrar" : "the password")")
        }
        guard [AccountMarks.Role.user, .authUser].contains(where: { anchors[$0]?.isEmpty == false }) else {
            throw AccountProblem("the template of its configuration shows no place of the user's name")
        }
    }

    private static func render(
        _ plan: BootPlan, _ match: FileMatch, path: String, mac: MACAddress, _ rawConfig: JSONObject
    ) throws(AccountProblem) -> TextLines {
        var device: JSONObject = [
            "id": "simulated", "mac": .string(mac.description), "vendor": .string(plan.plugin.manifest.vendor), "model": .string(plan.model.name),
        ]
        if let version = plan.version { device["version"] = .string(version) }
        let request = RenderContext.Request(
            protocol: plan.transport, server: "192.0.2.1:8667", path: path, userAgent: plan.userAgent?.text(for: mac))
        do {
            let bytes = try plan.plugin.render(match, context: RenderContext(device: device, rawConfig: rawConfig, request: request)).bytes
            return TextLines(bytes, match.rule.format)
        } catch {
            throw AccountProblem("the template of its configuration cannot be rendered: \(error)")
        }
    }

    // MARK: Reading

    /// The account in a file that provd served.
    ///
    /// - Throws: ``AccountProblem`` that says what is missing.
    public func account(in bytes: [UInt8]) throws(AccountProblem) -> PhoneAccount {
        let text = TextLines(bytes, format)
        if let transport = transport(in: text), transport != "udp" {
            throw AccountProblem("the configuration wants SIP over \(transport.uppercased()), and the simulator speaks UDP")
        }
        let user = value(.user, text) ?? value(.authUser, text)
        guard let user else { throw AccountProblem("the configuration holds no user name") }
        guard let password = value(.password, text) else { throw AccountProblem("the configuration holds no password for \(user)") }
        guard var host = value(.host, text) else { throw AccountProblem("the configuration holds no registrar for \(user)") }
        var port = value(.port, text).flatMap { UInt16($0) }
        // Some write both together.
        if let colon = host.lastIndex(of: ":"), host.firstIndex(of: ":") == colon {
            port = UInt16(host[host.index(after: colon)...]) ?? port
            host = String(host[..<colon])
        }
        return PhoneAccount(host: host, port: port.flatMap { $0 == 0 ? nil : $0 } ?? 5060, user: user, authUser: value(.authUser, text) ?? user, password: password)
    }

    private func value(_ role: AccountMarks.Role, _ text: TextLines) -> String? {
        for anchor in (anchorsWithPort[role] ?? []) + (anchors[role] ?? []) {
            guard let bytes = anchor.value(in: text) else { continue }
            let value = MarkupText.unescaped(decoded(bytes), format)
            if !value.isEmpty { return value }
        }
        return nil
    }

    private func decoded(_ bytes: ArraySlice<UInt8>) -> String {
        switch charset {
        case .utf8: String(decoding: bytes, as: UTF8.self)
        case .latin1: String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) }))
        }
    }

    /// The transport whose lines are there; `nil` if the template does not tell.
    private func transport(in text: TextLines) -> String? {
        let wanted = transportLines.reduce(into: Set<[UInt8]>()) { $0.formUnion($1.lines) }
        guard !wanted.isEmpty else { return nil }
        let present = Set(text.lines.map { Array($0) }).intersection(wanted)
        let shares = transportLines.filter { !$0.lines.isEmpty }
            .map { ($0.name, Double($0.lines.intersection(present).count) / Double($0.lines.count)) }
        return shares.max { $0.1 < $1.1 }.flatMap { $0.1 > 0 ? $0.0 : nil }
    }
}
