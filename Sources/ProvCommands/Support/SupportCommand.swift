// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import JSONText

/// `provctl support-bundle`
struct SupportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "support-bundle", abstract: "Gather in one file what helps to find out why something does not work.",
        discussion: """
            The file has the version, the settings, what the doctor finds, rates, metrics, plugins, phones that do not come up with their \
            timelines, and the end of the log. Secrets are masked. It names hosts, addresses and the people whose phones they are: look \
            through it before you pass it on, or use --pseudonyms.
            """)

    @OptionGroup var connection: ConnectionOptions
    @Option(help: "The file (default: provd-support-TIME.tar.gz here).") var output: String?
    @Flag(help: "Put made-up hardware addresses, of the same makes, in the place of the phones', and leave out names and numbers of lines.") var pseudonyms = false

    func run() async throws {
        let client = try APIClient(connection)
        let file = output ?? "provd-support-\(Clock.compact(Date())).tar.gz"
        guard !FileManager.default.fileExists(atPath: file) else { throw APIClient.Failure(.conflict, description: "\(file) exists: name another with --output") }
        var bundle = SupportBundle(hidesPhones: pseudonyms)
        await SupportCollection(client: client).collect(into: &bundle)
        let bytes: [UInt8]
        do {
            bytes = try bundle.packed()
        } catch {
            throw APIClient.Failure(description: "the bundle cannot be packed: \(error)")
        }
        // Nobody else on this machine is to read it.
        guard FileManager.default.createFile(atPath: file, contents: Data(bytes), attributes: [.posixPermissions: 0o600]) else {
            throw APIClient.Failure(description: "\(file) cannot be written: name another with --output")
        }
        if connection.json {
            let document: JSONValue = [
                "file": .string(file), "size": .int(bytes.count), "files": .array(bundle.paths.map(JSONValue.string)),
                "missing": .array(bundle.missing.map(JSONValue.string)),
            ]
            return print(document.text(.indented))
        }
        for reason in bundle.missing { connection.say("left out: \(reason)") }
        connection.say("\(file) was written, with \(bundle.paths.count) files; look through it before you pass it on")
    }
}
