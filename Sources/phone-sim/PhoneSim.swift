// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Glibc
import JSONText
import PhonePlugins
import PhoneSimulation
import ProvModel
import UnixSignals

/// Plays phones against a running provd.
@main
struct PhoneSim: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phone-sim",
        abstract: "Play many phones against a running provd: boot, register, dial codes, boot again.",
        discussion: """
            Each phone has a hardware address of its maker's and does what the installed plugins say of its family: it asks for its files by \
            HTTP or TFTP under its maker's names, reads the SIP account in what it is given, registers, dials a provisioning code if there is one for \
            it, and boots again when it is told to. At the end the time from each phone's first packet until it was registered is reported, and errors \
            by step. Ctrl-C ends it with the report so far.

            The phones become devices of that provd: rehearse on one whose database you can throw away, or delete them afterwards.

            Exit status: 0 all phones did what they should, 1 one did not, 64 wrong usage.
            """,
        version: ProvdVersion.text)

    @Option(help: "A family: a vendor, a plugin's id, the beginning of one, or “all”; can be repeated.")
    var family: [String] = ["all"]

    @Option(help: "Only these models, separated by commas.")
    var models: String?

    @Option(help: "How many phones; they take turns being of each model. Default: one of each model.")
    var count: Int?

    @Option(help: "Within what time all are switched on: 60s, 500ms, 2m.")
    var bootWithin = Span(.zero)

    @Option(help: "Where the phones fetch their files: http://HOST[:PORT][/PREFIX], as it is typed into a phone.")
    var server: String?

    @Option(help: "The port of TFTP on that host.")
    var tftpPort = 69

    @Option(help: "By what the phones fetch files: http or tftp. Default: HTTP where their plugin has it.")
    var transport: String?

    @Option(help: "The directory of plugins (default: PROVD_PLUGINS_DIRECTORY, /usr/share/provd/plugins, ./plugins).")
    var plugins: String?

    @Option(help: "provd's socket for DHCP sightings: tell it of each phone's lease first, as a DHCP server's hook does.")
    var sightingsSocket: String?

    @Option(help: "A file of provisioning codes, one a line: each phone dials one, and boots again as its owner's.")
    var dial: String?

    @Option(help: "Wait so long for the instruction to boot again, also without a code.")
    var awaitInstruction: Span?

    @Option(help: "The address at which the phones are. Default: that by which the server is reached.")
    var localAddress: String?

    @Option(help: "The number of the first phone: the same numbers are the same phones.")
    var first = 1

    @Option(help: "How many phones fetch files at the same time.")
    var concurrency = 1_000

    @Flag(help: "Print the report, or the list, as JSON.")
    var json = false

    @Flag(help: "Print what phones of each model would do, and do nothing.")
    var list = false

    func validate() throws {
        guard list || server != nil else { throw ValidationError("Say where the phones fetch their files: --server http://10.0.0.1:8667") }
        guard count.map({ (1...Self.maximumCount).contains($0) }) ?? true else { throw ValidationError("--count is 1 to \(Self.maximumCount).") }
        guard (1...0xFF_FFFF).contains(first) else { throw ValidationError("--first is 1 to 16777215: it becomes the end of hardware addresses.") }
        guard (1...65_535).contains(tftpPort), (1...10_000).contains(concurrency) else {
            throw ValidationError("--tftp-port is 1 to 65535, --concurrency 1 to 10000.")
        }
        guard transport == nil || transport == "http" || transport == "tftp" else { throw ValidationError("--transport is http or tftp.") }
        if let server, ProvisioningServer(server) == nil {
            throw ValidationError("“\(server)” is no http://HOST[:PORT][/PREFIX] or tftp://HOST; HTTPS is not spoken.")
        }
    }

    /// More phones than one machine's ports can carry do not boot anywhere either.
    private static let maximumCount = 50_000

    func run() async throws {
        let selection = try select()
        for problem in selection.problems { say("left out: \(problem)") }
        for model in selection.models {
            if let limitation = model.limitation { say("only boots: \(model.plan.name): \(limitation)") }
        }
        if list { return printPlans(selection) }
        guard let server, let place = ProvisioningServer(server, tftpPort: tftpPort) else { return }
        let address: String
        if let localAddress { address = localAddress } else { address = try await LocalAddress.towards(place) }
        var settings = Simulation.Settings(server: place, count: count ?? selection.models.count, localAddress: address)
        settings.firstNumber = first
        settings.bootWithin = bootWithin.duration
        settings.concurrency = concurrency
        settings.sightingsSocket = sightingsSocket
        settings.codes = try codes()
        settings.patience = awaitInstruction?.duration
        let simulation = Simulation(settings, models: selection.models)
        try await play(simulation)
        let report = await simulation.report
        print(json ? report.json.text([.indented]) : report.text)
        if !report.isComplete { throw ExitCode.failure }
    }

    private func play(_ simulation: Simulation) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await simulation.run()
                return true
            }
            group.addTask {
                for await _ in signals { return false }
                return true
            }
            // Whichever is first ends the other.
            _ = try await group.next()
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
    }

    private func select() throws -> PhoneSelection {
        let directory = try pluginsDirectory()
        let (catalog, problems) = PluginCatalog.load(directory: directory)
        for problem in problems { say("\(problem)") }
        let names = (models ?? "").split(separator: ",").map { $0.trimming(" ") }
        let selection = PhoneSelection(catalog, families: family, models: names, transport: transport.flatMap(PhoneProtocol.init))
        guard !selection.models.isEmpty || !selection.problems.isEmpty else {
            throw ValidationError("No plugin in \(directory) has such phones: see “phone-sim --list”.")
        }
        guard !selection.models.isEmpty else {
            for problem in selection.problems { say("\(problem)") }
            throw ExitCode.failure
        }
        return selection
    }

    private func pluginsDirectory() throws -> String {
        let candidates = [plugins, Self.environment("PROVD_PLUGINS_DIRECTORY"), "/usr/share/provd/plugins", "plugins"].compactMap(\.self)
        let chosen = plugins ?? candidates.first { path in unsafe access(path, R_OK) == 0 }
        guard let chosen else { throw ValidationError("No directory of plugins: name it with --plugins.") }
        return chosen
    }

    /// The longest file of codes, in bytes: as many as there can be phones.
    private static let maximumCodesBytes = 1 << 20

    private func codes() throws -> [String] {
        guard let dial else { return [] }
        let text = try TextOfFile.read(dial, limit: Self.maximumCodesBytes)
        return text.split { $0 == "\n" || $0 == "\r" || $0 == "\r\n" }.map { $0.trimming(" ") }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }

    private func printPlans(_ selection: PhoneSelection) {
        // As many as there are models, they are one phone each.
        let entries = selection.models.enumerated().map { PlanListing(model: $1, mac: $1.plan.address(of: first + $0)) }
        if json {
            print(JSONValue.array(entries.map(\.json)).text([.indented]))
        } else {
            for entry in entries { print(entry.text) }
        }
    }

    private static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }

    private func say(_ text: String) {
        let line = Array("phone-sim: \(text)\n".utf8)
        _ = unsafe line.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

extension Substring {
    fileprivate func trimming(_ blank: Character) -> String {
        var text = drop { $0 == blank }
        while text.last == blank { text.removeLast() }
        return String(text)
    }
}
