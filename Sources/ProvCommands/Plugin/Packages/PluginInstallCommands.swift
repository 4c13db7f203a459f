// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import JSONText
import PluginPackages

/// What changes the plugins of a running provd.
enum InstallCommands {
    static let all: [any ParsableCommand.Type] = [
        PluginList.self, PluginSearch.self, PluginUpdate.self, PluginInstall.self, PluginUpgrade.self, PluginUninstall.self, PluginFirmware.self,
        PluginTemplate.self,
    ]
}

/// `provctl plugin list`
struct PluginList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the plugins that serve.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let answer = try await APIClient(connection).get("/1.0/plugins")
        if connection.json { return print(answer.text(.indented)) }
        var table = Table(["PLUGIN", "VERSION", "NEWEST", "ORIGIN", "DESCRIPTION"])
        for plugin in answer["plugins"]?.array ?? [] {
            table.add(["id", "version", "newest", "origin", "description"].map { plugin[$0]?.string ?? "-" })
        }
        connection.show(table)
    }
}

/// `provctl plugin search`
struct PluginSearch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Look for packages that the repositories offer, by id, manufacturer, model or description.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "Words that must all occur; everything if left out.") var words: [String] = []

    func run() async throws {
        let query = words.isEmpty ? "" : "?search=" + (try PathSegment.encode(words.joined(separator: " ")))
        let answer = try await APIClient(connection).get("/1.0/packages\(query)")
        if connection.json { return print(answer.text(.indented)) }
        var table = Table(["PLUGIN", "VERSION", "CHANNEL", "REPOSITORY", "DESCRIPTION"])
        for package in answer["packages"]?.array ?? [] {
            table.add(["id", "version", "channel", "repository", "description"].map { package[$0]?.string ?? "-" })
        }
        connection.show(table)
    }
}

/// `provctl plugin update`
struct PluginUpdate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "update", abstract: "Fetch what the repositories offer now.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        var watch = try OperationWatch(connection)
        try await watch.follow("/1.0/repositories/update", [:], success: "the indexes are up to date; “provctl plugin list” shows what is newer")
    }
}

/// `provctl plugin install`
struct PluginInstall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Install a plugin, from a repository or from a package file.",
        discussion: """
            A package file takes the place of whatever version is there. It must be signed by a key that provd trusts: that of a repository, or \
            one in the directory of plugins.keys.
            """)

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The plugin's id, as “provctl plugin search” shows it, or a file that ends in .tar.gz.") var id: String
    @OptionGroup var wish: VersionOptions
    @Option(help: "The file of the package's signatures. (default: the package's name with .sig behind it, if that is there)") var signature: String?
    @Flag(help: "Take a package file although nobody who is trusted has signed it: who made it decides what your phones get.")
    var allowUnsigned = false

    func run() async throws {
        if id.hasSuffix(PackageName.suffix) { return try await installFile() }
        guard signature == nil, !allowUnsigned else { throw ValidationError("--signature and --allow-unsigned are for package files, which end in .tar.gz") }
        var body = wish.body
        body["id"] = .string(id)
        var watch = try OperationWatch(connection)
        try await watch.follow("/1.0/plugins", .object(body), success: "\(id) is installed and serves")
    }
}

extension PluginInstall {
    private func installFile() async throws {
        guard wish.version == nil, wish.repository == nil else { throw ValidationError("a package file has one version: leave --version and --repository out") }
        let package = try BoundedFile.read(id, limit: PackageLimits.packageBytes)
        var headers: [(String, String)] = []
        let besides = id + SignatureFile.suffix
        if let file = signature ?? (FileManager.default.fileExists(atPath: besides) ? besides : nil) {
            headers.append(("Package-Signature", Data(try BoundedFile.read(file, limit: PackageLimits.signatureBytes)).base64EncodedString()))
        }
        let operation = try await APIClient(connection).post(
            file: package, contentType: "application/gzip", headers: headers, "/1.0/packages" + (allowUnsigned ? "?allow_unsigned=true" : ""))
        let plugin = operation["subject"]?.string ?? id
        var watch = try OperationWatch(connection)
        try await watch.follow(operation, success: "\(plugin) is installed and serves")
    }
}

/// Which version of a plugin.
struct VersionOptions: ParsableArguments {
    @Option(help: "The version; the highest if left out.") var version: String?
    @Option(help: "The repository; any if left out.") var repository: String?

    var body: JSONObject {
        var body = JSONObject()
        body["version"] = version.map(JSONValue.string)
        body["repository"] = repository.map(JSONValue.string)
        return body
    }
}

/// `provctl plugin upgrade`
struct PluginUpgrade: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade", abstract: "Install another version of a plugin.",
        discussion: "Its phones are served all the while. With --version it also goes back to an older one.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The plugin's id.") var id: String
    @OptionGroup var wish: VersionOptions

    func run() async throws {
        var watch = try OperationWatch(connection)
        try await watch.follow("/1.0/plugins/\(try PathSegment.encode(id))/upgrade", .object(wish.body), success: "\(id) serves in its new version")
    }
}

/// `provctl plugin uninstall`
struct PluginUninstall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall", abstract: "Remove a plugin.",
        discussion: "Its devices keep its name and get no files until it is back. If a version came with provd, that serves again.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var confirmation: Confirmation
    @Argument(help: "The plugin's id.") var id: String

    func run() async throws {
        let client = try APIClient(connection), path = "/1.0/plugins/\(try PathSegment.encode(id))"
        if let count = try await client.get(path)["devices"]?.int, count > 0 {
            let devices = count == 1 ? "One device has" : "\(count) devices have"
            try confirmation.ask("\(devices) the plugin \(id): no files until it is back, unless a version of it came with provd. Uninstall it?")
        }
        try await client.delete(path)
        connection.say("\(id) was uninstalled")
    }
}

// MARK: Firmware

/// `provctl plugin firmware …`
struct PluginFirmware: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "firmware", abstract: "Firmware and languages that phones fetch from provd.",
        subcommands: [FirmwareList.self, FirmwareInstall.self, FirmwareUpgrade.self, FirmwareUninstall.self])
}

/// `provctl plugin firmware list`
struct FirmwareList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the firmware packages of a plugin.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The plugin's id.") var id: String

    func run() async throws {
        let answer = try await APIClient(connection).get("/1.0/plugins/\(try PathSegment.encode(id))/firmware")
        if connection.json { return print(answer.text(.indented)) }
        var table = Table(["PACKAGE", "VERSION", "INSTALLED", "SIZE", "MODELS"])
        for package in answer["firmware"]?.array ?? [] {
            let models = package["models"]?.array?.compactMap(\.string).joined(separator: ",") ?? ""
            table.add(
                ["id", "version", "installed"].map { package[$0]?.string ?? "-" } + [ProgressBar.bytes(package["size"]?.int ?? 0), models.isEmpty ? "all" : models])
        }
        connection.show(table)
    }
}

/// A firmware package of a plugin.
struct FirmwareArguments: ParsableArguments {
    @Argument(help: "The plugin's id.") var id: String
    @Argument(help: "The package, as “provctl plugin firmware list” shows it.") var package: String

    func path(_ action: String = "") throws -> String {
        "/1.0/plugins/\(try PathSegment.encode(id))/firmware/\(try PathSegment.encode(package))\(action)"
    }
}

/// Where firmware comes from.
struct FirmwareSource: ParsableArguments {
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var arguments: FirmwareArguments
    @Option(help: "A directory on provd's machine in which files are looked for before they are downloaded.") var bundle: String?

    /// Has provd do something with the package, and follows it to its end.
    func follow(_ action: String, success: String) async throws {
        var watch = try OperationWatch(connection)
        let body: JSONObject = bundle.map { ["bundle": .string($0)] } ?? [:]
        try await watch.follow(try arguments.path(action), .object(body), success: "\(arguments.package) \(success) for \(arguments.id)")
    }
}

/// `provctl plugin firmware install`
struct FirmwareInstall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "install", abstract: "Fetch a firmware package and let phones have it.")

    @OptionGroup var source: FirmwareSource

    func run() async throws { try await source.follow("/install", success: "is installed") }
}

/// `provctl plugin firmware upgrade`
struct FirmwareUpgrade: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade", abstract: "Bring a firmware package to the version that the plugin describes now.")

    @OptionGroup var source: FirmwareSource

    func run() async throws { try await source.follow("/upgrade", success: "was upgraded") }
}

/// `provctl plugin firmware uninstall`
struct FirmwareUninstall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "uninstall", abstract: "Remove a firmware package.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var arguments: FirmwareArguments

    func run() async throws {
        let client = try APIClient(connection)
        let list = try await client.get("/1.0/plugins/\(try PathSegment.encode(arguments.id))/firmware")
        let package = list["firmware"]?.array?.first { $0["id"]?.string == arguments.package && $0["installed"]?.string != nil }
        if let count = package?["devices"]?.int, count > 0 {
            let devices = count == 1 ? "One device" : "\(count) devices"
            try confirmation.ask("\(arguments.package) is for \(devices) of \(arguments.id), and cannot be fetched any more then. Remove it?")
        }
        try await client.delete(try arguments.path())
        connection.say("\(arguments.package) of \(arguments.id) was removed")
    }
}
