// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import Glibc
import JSONText

/// `provctl pbx …`
struct PBXCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pbx", abstract: "Configuration for the PBX at which phones register.", subcommands: [AsteriskCommand.self, KamailioCommand.self])
}

/// `provctl pbx asterisk …`
struct AsteriskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "asterisk", abstract: "Endpoints and dialplan for Asterisk.", subcommands: [AsteriskGenerate.self, AsteriskReload.self])
}

/// `provctl pbx asterisk generate`
struct AsteriskGenerate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Write files to include in pjsip.conf and extensions.conf.",
        discussion: "They hold the passwords of the lines: they are written for their owner and group alone.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: GeneratedFiles
    @Option(help: "The Asterisk as phones are told of it; that of provd's configuration if left out.") var host: String?
    @Flag(help: "Let Asterisk load them, if any has changed.") var reload = false

    func run() async throws {
        let client = try APIClient(connection)
        let query = try host.map { "?host=\(try PathSegment.encode($0))" } ?? ""
        try await output.generate(connection) {
            (try await client.get("/1.0/pbx/asterisk" + query), { if reload { try await load(client) } })
        }
    }

    private func load(_ client: APIClient) async throws {
        _ = try await client.post("/1.0/pbx/asterisk/reload", [:])
        connection.say("Asterisk has loaded them")
    }
}

/// `provctl pbx asterisk reload`
struct AsteriskReload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "reload", abstract: "Let Asterisk load its endpoints and dialplan anew.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        _ = try await APIClient(connection).post("/1.0/pbx/asterisk/reload", [:])
        connection.say("Asterisk has loaded them")
    }
}

/// `provctl pbx kamailio …`
struct KamailioCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kamailio", abstract: "Configuration and accounts for Kamailio.", subcommands: [KamailioGenerate.self])
}

/// `provctl pbx kamailio generate`
struct KamailioGenerate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Write kamailio.cfg and its tables, for one node.",
        discussion: "Kamailio notices tables that have changed. A changed kamailio.cfg takes effect when Kamailio is restarted.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: GeneratedFiles
    @Option(help: "The IPv4 address of the node.") var address: String
    @Option(help: "The node's port.") var port: UInt16 = 5060
    @Option(name: .customLong("node"), help: "The address of another node, with which registrations are shared; can be repeated.") var nodes: [String] = []
    @Option(help: "Where the tables will lie, if not in the directory.") var tables: String?
    @Option(help: "The Kamailio as phones are told of it; that of provd's configuration if left out.") var host: String?

    func run() async throws {
        let tables = tables ?? output.directory.map { URL(filePath: $0).standardizedFileURL.path }
        var query = "?address=\(try PathSegment.encode(address))&port=\(port)"
        if let tables { query += "&tables=\(try PathSegment.encode(tables))" }
        if !nodes.isEmpty { query += "&peers=\(try PathSegment.encode(nodes.joined(separator: ",")))" }
        if let host { query += "&host=\(try PathSegment.encode(host))" }
        let client = try APIClient(connection), path = "/1.0/pbx/kamailio" + query
        try await output.generate(connection) { (try await client.get(path), {}) }
    }
}

/// Where generated files go.
struct GeneratedFiles: ParsableArguments {
    @Option(help: "Write them into this directory; without it they are printed.") var directory: String?
    @Flag(help: "Write nothing; show what would change, without secrets.") var dryRun = false

    @Option(help: "Go on, and write what has changed every so many seconds.") var every: Int?

    func validate() throws {
        if let every, directory == nil || dryRun || !(1...86_400).contains(every) {
            throw ValidationError("--every takes 1 to 86400 seconds, and goes with a --directory")
        }
        if dryRun, directory == nil { throw ValidationError("--dry-run compares with the files of a --directory: name it") }
    }

    /// Writes or shows files once, or again and again.
    ///
    /// - Parameter make: Asks for the files; with them comes what follows if any has changed.
    func generate(
        _ connection: ConnectionOptions, _ make: () async throws -> (answer: JSONValue, afterwards: () async throws -> Void)
    ) async throws {
        var isPending = false
        while true {
            do {
                let (answer, afterwards) = try await make()
                // What could not follow the last change follows this time.
                isPending = try take(answer, connection) || isPending
                if isPending, !dryRun { try await afterwards() }
                isPending = false
                if every == nil { return }
            } catch let failure as APIClient.Failure where every != nil {
                FileHandle.standardError.write(Data("\(failure)\n".utf8))
            }
            // A journal or a file has what was said at once, and not when a buffer is full.
            fflush(nil)
            try await Task.sleep(for: .seconds(every ?? 1))
        }
    }

    /// Writes or shows the files of an answer.
    ///
    /// - Returns: Whether any differs from what was there.
    func take(_ answer: JSONValue, _ connection: ConnectionOptions) throws -> Bool {
        let files = (answer["files"]?.array ?? []).map {
            (name: $0["name"]?.string ?? "", text: $0["text"]?.string ?? "", purpose: $0["purpose"]?.string ?? "")
        }
        // The names come from a server, and must not lead elsewhere.
        guard files.allSatisfy({ !$0.name.isEmpty && !$0.name.hasPrefix(".") && !$0.name.contains("/") }) else {
            throw APIClient.Failure(description: "provd names a file that is none")
        }
        guard let directory else {
            if connection.json {
                print(answer.text(.indented))
            } else {
                for file in files { print("==> \(file.name) <==\n\(file.text)") }
            }
            return false
        }
        var hasChanged = false
        for file in files {
            let path = URL(filePath: directory).appending(path: file.name).path
            let former = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
            guard former != file.text else { continue }
            hasChanged = true
            if dryRun {
                print(Self.difference(from: former ?? "", to: file.text, name: file.name))
            } else {
                try Self.write(file.text, to: path)
                connection.say("\(path) was written: \(file.purpose)")
            }
        }
        if !hasChanged, every == nil { connection.say("nothing has changed") }
        return hasChanged
    }

    /// Replaces a file in one step, so that a PBX that reads it meanwhile has the old or the new one.
    private static func write(_ text: String, to path: String) throws {
        let temporary = path + ".new"
        let manager = FileManager.default
        try? manager.removeItem(atPath: temporary)
        guard manager.createFile(atPath: temporary, contents: Data(text.utf8), attributes: [.posixPermissions: 0o640]) else {
            throw APIClient.Failure(description: "\(temporary) cannot be written: see that the directory exists and is yours")
        }
        // A file that was there keeps its owner and group: the PBX must be able to read it.
        if let former = try? manager.attributesOfItem(atPath: path) {
            let kept = former.filter { [.ownerAccountID, .groupOwnerAccountID, .posixPermissions].contains($0.key) }
            try? manager.setAttributes(kept, ofItemAtPath: temporary)
        } else if let parent = try? manager.attributesOfItem(atPath: URL(filePath: path).deletingLastPathComponent().path),
            let group = parent[.groupOwnerAccountID]
        {
            try? manager.setAttributes([.groupOwnerAccountID: group], ofItemAtPath: temporary)
        }
        guard unsafe rename(temporary, path) == 0 else { throw APIClient.Failure(description: "\(path) cannot be replaced") }
    }

    /// The lines that go and come, with what is secret left out.
    static func difference(from former: String, to new: String, name: String) -> String {
        let old = former.split(separator: "\n", omittingEmptySubsequences: false), now = new.split(separator: "\n", omittingEmptySubsequences: false)
        let kept = Set(old).intersection(now)
        let gone = old.filter { !kept.contains($0) }, come = now.filter { !kept.contains($0) }
        return (["--- \(name)", "+++ \(name)"] + gone.map { "-" + masked($0) } + come.map { "+" + masked($0) }).joined(separator: "\n")
    }

    private static func masked(_ line: Substring) -> String {
        if line.hasPrefix("password = ") { return "password = …" }
        // A row of the table subscriber: number, name, domain, digest.
        let cells = line.split(separator: ":")
        return cells.count == 4 && cells[3].utf8.count == 32 ? (cells[..<3] + ["…"]).joined(separator: ":") : Table.printable(String(line))
    }
}
