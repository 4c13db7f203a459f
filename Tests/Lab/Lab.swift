// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Synchronization
import Testing

/// An appliance and phone ports in network namespaces of their own, made by `scripts/lab/lab`.
struct Lab {
    /// Why the lab cannot run on this machine, or `nil` if it can.
    static let obstacle: String? = obstacle(["ip", "dnsmasq", "dhclient", "sipp", "atftp", "curl", "socat", "python3"])

    /// Why what needs these programs cannot run on this machine, or `nil` if it can.
    static func obstacle(_ needed: [String]) -> String? {
        guard ProcessInfo.processInfo.userName == "root" else { return "network namespaces need root" }
        let directories = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/bin"]
        let missing = needed.filter { program in
            !directories.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
        }
        guard missing.isEmpty else { return "\(missing.joined(separator: ", ")) not installed: run scripts/setup lab" }
        return nil
    }

    /// The checkout that holds this file.
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The directory of the lab's logs, configuration and state.
    let state: URL
    private let environment: [String: String]

    /// How many labs this process has made.
    private static let count = Atomic(0)

    private init(plugins: URL?, variables: [String: String]) {
        let name = "\(ProcessInfo.processInfo.processIdentifier)-\(Self.count.wrappingAdd(1, ordering: .relaxed).newValue)"
        state = FileManager.default.temporaryDirectory.appending(path: "provd-lab-\(name)")
        var environment = ["LAB_PREFIX": "provd-t\(name)-", "LAB_STATE": state.path]
        environment["LAB_PLUGINS"] = plugins?.path
        self.environment = environment.merging(variables) { own, _ in own }
    }

    /// Makes a lab, starts the appliance, hands it to `body`, and takes it away again whatever happens.
    ///
    /// If `body` throws, the logs stay and a recorded issue says where.
    ///
    /// - Parameters:
    ///   - plugins: The directory of the plugins; the checkout's if `nil`.
    ///   - command: What makes the lab: `up`, or `network` for the LAN alone.
    ///   - variables: More of the lab's environment.
    static func run(
        plugins: URL? = nil, by command: String = "up", variables: [String: String] = [:], _ body: (Lab) async throws -> Void
    ) async throws {
        let lab = Lab(plugins: plugins, variables: variables)
        do {
            try await lab.succeed(command)
            try await body(lab)
            try await lab.succeed("down")
            try FileManager.default.removeItem(at: lab.state)
        } catch {
            let ended = try await lab("down")
            if !ended.succeeded { Issue.record("the lab did not end: \(ended.output)") }
            Issue.record("The lab's logs are in \(lab.state.path)")
            throw error
        }
    }

    /// The path of a file of this checkout.
    static func path(_ name: String) -> String { repository.appending(path: name).path }

    // MARK: - Commands

    /// Runs a command of the lab; see `scripts/lab/lab help`.
    func callAsFunction(_ arguments: String...) async throws -> Command { try await command(arguments) }

    /// Runs a command of the lab that must succeed; its output without the last newline.
    @discardableResult
    func succeed(_ arguments: String...) async throws -> String { try await succeed(arguments) }

    /// The same with the command in a list.
    @discardableResult
    func succeed(_ arguments: [String]) async throws -> String {
        let done = try await command(arguments)
        try #require(done.succeeded, "scripts/lab/lab \(arguments.joined(separator: " ")): \(done.output)")
        return done.output.trimmingCharacters(in: .newlines)
    }

    /// Runs a command of the lab, given as a list.
    func command(_ arguments: [String]) async throws -> Command {
        try await Command.run(Lab.path("scripts/lab/lab"), arguments, environment: environment)
    }

    // MARK: - What tests ask of it

    /// Runs provctl as the administrator; it must succeed. Its output.
    @discardableResult
    func provctl(_ arguments: String...) async throws -> String {
        let client = ["PROVD_URL=http://127.0.0.1:8666", "PROVD_TOKEN_FILE=\(state.path)/provd/admin-token", program("provctl")]
        return try await succeed(["in", "appliance", "env"] + client + arguments)
    }

    /// Waits until a program of the lab makes a file, two minutes at the most.
    func awaitFile(_ file: URL) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while !FileManager.default.fileExists(atPath: file.path) {
            try #require(ContinuousClock.now < deadline, "\(file.lastPathComponent) was not made within two minutes")
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Runs a phone until it reaches a point of its life, and reads what it reports.
    func boot(_ phone: String, dialling codes: [String] = [], until point: String = "arrived") async throws -> PhoneReport {
        let options = codes.flatMap { ["--dial", $0] } + ["--until", point]
        let run = try await command(["boot", phone] + options)
        var report = try PhoneReport(contentsOf: state.appending(path: "phones/\(phone)/report.json"))
        report.output = run.output
        return report
    }

    /// The answer of a phone's curl: the HTTP status, or 000 if there was none.
    func status(of path: String, from phone: String, userAgent: String) async throws -> String {
        try await command([
            "in", phone, "curl", "--silent", "--path-as-is", "--globoff", "--max-time", "60", "--user-agent", userAgent,
            "--output", "/dev/null", "--write-out", "%{http_code}", "http://10.77.0.1:8667\(path)",
        ]).output
    }

    /// The path of one of the package's programs.
    func program(_ name: String) -> String { Lab.program(name) }

    /// The path of one of the package's programs.
    static func program(_ name: String) -> String {
        ProcessInfo.processInfo.environment["LAB_BIN"].map { "\($0)/\(name)" } ?? path(".build/debug/\(name)")
    }

    /// The process that serves, to see that it is the same afterwards.
    func provdProcess() throws -> String {
        try String(contentsOf: state.appending(path: "run/provd.pid"), encoding: .utf8).trimmingCharacters(in: .newlines)
    }

    /// Requires that provd still runs, and still serves a phone from cold boot to its registration.
    func expectService(by process: String, _ comment: Comment) async throws {
        #expect(FileManager.default.fileExists(atPath: "/proc/\(process)/exe"), "provd ended: \(comment)")
        let report = try await boot("yealink", until: "registered")
        #expect(report.error == nil, "\(comment)\n\(report.output)")
    }

    /// The end of a part's log, for failures.
    func log(of part: String) -> String {
        let text = (try? String(contentsOf: state.appending(path: "logs/\(part).log"), encoding: .utf8)) ?? "(no log)"
        return text.split(separator: "\n").suffix(20).joined(separator: "\n")
    }
}
