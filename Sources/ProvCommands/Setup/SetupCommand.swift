// SPDX-License-Identifier: GPL-3.0-or-later

import ApplianceSetup
import ArgumentParser
import Foundation
import Glibc
import JSONText

/// `provctl setup`
struct SetupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup", abstract: "Set the appliance up on this machine and its network.",
        discussion: """
            Asks what it must know, and proposes answers; options and an answers file answer before it asks. It shows what it would write, \
            writes it, starts the daemons, and looks whether all is well. Run again, it proposes the answers of the last time and changes \
            only what is answered otherwise. --undo puts everything back as it was before the last set-up. Who changes ports or addresses in \
            provd.yml tells systemd with --only-ports.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var given: SetupOptions

    @Option(help: "A YAML file with answers, such as “interface: eth0”.") var answers: String?
    @Flag(help: "Show what would be written, and write nothing.") var dryRun = false
    @Flag(help: "Put back what was before the last set-up.") var undo = false

    @Flag(help: "Let systemd open the ports that provd.yml names now, and change nothing else.") var onlyPorts = false

    func run() async throws {
        guard geteuid() == 0 else { throw APIClient.Failure(description: "the set-up reads and writes settings of the system, and starts its units: run this as root") }
        let places = SetupPlan.Places()
        if undo { return try await undoLast() }
        if onlyPorts { return try openPorts(places) }
        let former = try Self.last(places) ?? SetupSheet()
        let sheet = try SetupInterview(mayAsk: !confirmation.yes).complete(try answered(after: former), LocalSurroundings.read())
        let answers = try Self.explained { try SetupAnswers(sheet) }
        try Self.check(SetupRequirements(answers))
        let plan = try Self.explained {
            try SetupPlan(answers, sheet: sheet, former: former, settings: LocalFile.text(places.configuration) ?? "", ports: LocalFile.text(places.ports), places: places)
        }
        let changes = plan.files.filter { LocalFile.text($0.path) != $0.text }
        for file in changes { print(file.difference) }
        if changes.isEmpty { print("Every file is as it should be.\n") }
        print("Then:\n" + plan.commands.map { "  \($0.arguments.joined(separator: " "))" }.joined(separator: "\n") + "\n")
        guard !dryRun else { return }
        try confirmation.ask("Shall this be done?")
        try await SetupExecution(connection).run(plan)
    }

    /// The answers of the last time, then of the file, then of the command line.
    private func answered(after former: SetupSheet) throws -> SetupSheet {
        var sheet = former
        if let answers {
            guard let text = LocalFile.text(answers) else { throw APIClient.Failure(description: "\(answers) cannot be read") }
            sheet = sheet.merging(try Self.explained { try SetupSheet(yaml: text) })
        }
        return sheet.merging(given.sheet)
    }

    private func undoLast() async throws {
        guard let journal = try SetupJournal.last() else { return print("Nothing was set up that could be undone.") }
        for path in journal.paths { print("  \(path)") }
        let lines = journal.lines.isEmpty ? "" : " Lines that it added (\(journal.lines.count)) are taken away, but for those that a phone has."
        try confirmation.ask("These files are put back as they were before the last set-up.\(lines)")
        let places = SetupPlan.Places(), undone = try Self.last(places) ?? SetupSheet(), ports = LocalFile.text(places.ports)
        let execution = SetupExecution(connection)
        // While provd still answers.
        await execution.putBack(journal)
        await execution.takeAway(journal.lines)
        try journal.undo()
        let isConfigured = LocalFile.text(places.configuration) != nil
        let former = isConfigured ? try Self.last(places) ?? SetupSheet() : nil
        try execution.restart(SetupPlan.undoing(undone, to: former, changesPorts: LocalFile.text(places.ports) != ports))
        for unit in journal.units {
            try execution.restart(SetupPlan.restoring(unit.name, isEnabled: unit.isEnabled, isActive: unit.isActive))
        }
        print("The settings are as they were before.")
        if !isConfigured { print("provd does not run. Its phones, lines and backups stay in /var/lib/provd; “apt-get purge provd” takes them.") }
    }

    /// Makes `provd.socket` what the settings say.
    private func openPorts(_ places: SetupPlan.Places) throws {
        guard let settings = LocalFile.text(places.configuration) else {
            throw APIClient.Failure(description: "\(places.configuration) cannot be read: run this as root, after “provctl setup”")
        }
        let text = try Self.explained { try PhonePorts(settings: settings).dropIn }
        let file = SetupPlan.File(path: places.ports, text: text, isPrivate: false)
        guard LocalFile.text(file.path) != text else { return print("provd.socket has the ports of \(places.configuration).") }
        print(file.difference)
        guard !dryRun else { return }
        try confirmation.ask("Shall provd be started anew with these ports? Meanwhile phones are refused.")
        let execution = SetupExecution(connection)
        try execution.write(file)
        try execution.restart(SetupPlan.portsOnly)
        print("done: provd listens where its settings say")
    }

    /// The answers of the last time.
    private static func last(_ places: SetupPlan.Places) throws -> SetupSheet? {
        try LocalFile.text(places.answers).map { text in try explained { try SetupSheet(yaml: text) } }
    }

    /// Looks for what would be missed only when half is done.
    private static func check(_ requirements: SetupRequirements) throws {
        if let program = requirements.program, try LocalProgram.run(["sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; command -v \(program.name)"]).code != 0 {
            throw APIClient.Failure(
                description: "dhcp: \(program.name) is not installed: run “apt-get install --no-install-recommends \(program.package)”, or choose another --dhcp")
        }
        for file in requirements.files where !FileManager.default.isReadableFile(atPath: file.path) {
            throw APIClient.Failure(description: file.meaning)
        }
    }

    static func explained<Value>(_ work: () throws -> Value) throws -> Value {
        do {
            return try work()
        } catch let problem as SetupProblem {
            throw APIClient.Failure(description: problem.description)
        }
    }
}

/// The answers that can be given on the command line.
struct SetupOptions: ParsableArguments {
    @Option(help: "The interface to the phones.") var interface: String?
    @Option(help: "The address of this machine there.") var address: String?
    @Option(help: "The phones' network, as 10.77.0.0/24.") var network: String?
    @Option(help: "Their router, or none.") var router: String?
    @Option(help: "Their name servers, with commas between them.") var dns: String?
    @Option(help: "Who tells phones where provd is: dnsmasq, kea, generate, inform or none.") var dhcp: String?
    @Option(help: "The addresses to lease, as 10.77.0.100-10.77.0.199.") var range: String?
    @Option(help: "With --dhcp generate: the DHCP server elsewhere.") var dhcpServer: String?
    @Option(help: "The telephone system: embedded, asterisk, kamailio or freeswitch.") var pbx: String?
    @Option(help: "Its address, if it is not embedded.") var pbxAddress: String?
    @Option(help: "The makes of phones, with commas between them, or all.") var vendors: String?
    @Option(help: "The language, such as de_DE.") var locale: String?
    @Option(help: "The time zone, such as Europe/Berlin.") var timezone: String?
    @Option(help: "A CSV file with the first lines, or none.") var lines: String?

    /// What was given, as a sheet.
    var sheet: SetupSheet {
        var sheet = SetupSheet()
        let values: [(SetupKey, String?)] = [
            (.interface, interface), (.address, address), (.network, network), (.router, router), (.dns, dns), (.dhcp, dhcp), (.range, range),
            (.dhcpServer, dhcpServer), (.pbx, pbx), (.pbxAddress, pbxAddress), (.vendors, vendors), (.locale, locale), (.timezone, timezone),
            (.lines, lines),
        ]
        for (key, value) in values { sheet[key] = value }
        return sheet
    }
}

extension SetupPlan.File {
    /// What changes, for a person to read.
    var difference: String {
        guard let old = LocalFile.text(path) else {
            return "\(path) (new)\n" + (text ?? "").split(separator: "\n").map { "  + \($0)\n" }.joined()
        }
        let before = old.split(separator: "\n", omittingEmptySubsequences: false), after = (text ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        let lines = after.difference(from: before).map { change in
            switch change {
            case .remove(let offset, let line, _): (offset, 0, "  - \(line)\n")
            case .insert(let offset, let line, _): (offset, 1, "  + \(line)\n")
            }
        }
        return "\(path)\n" + lines.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2).joined()
    }
}
