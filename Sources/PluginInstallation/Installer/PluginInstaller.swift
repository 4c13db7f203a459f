// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Logging
import NIOPosix
public import PhonePlugins
public import PluginPackages
public import Provisioning

/// Installs, upgrades and removes plugins and firmware while phones are served.
///
/// What is slow runs as an operation. What is on the disk changes in one step, and then the catalogue does.
public actor PluginInstaller {
    let appliance: Appliance
    let operations: Operations
    let directories: PluginDirectories
    let surroundings: PluginSurroundings
    let depot: PluginDepot
    let firmwareDepot: FirmwareDepot
    let shelf: RepositoryShelf
    /// The keys that are trusted for the repository of the parameter `plugin_server`.
    let serverKeys: [VerifyingKey]
    var downloadSettings: DownloadSettings
    /// What is being changed, so that nobody changes it twice at once: a plugin's id, or that and a firmware package's.
    var busy: Set<String> = []

    /// The name of the repository that the parameter `plugin_server` of `/0.2/configure` names.
    public static let serverName = "plugin-server"

    /// Opens what is on the disk, and removes what a crash left there. Blocks for the time of some file operations.
    ///
    /// - Parameters:
    ///   - surroundings: What plugins are loaded with.
    ///   - serverKeys: The keys that are trusted for the repository of the parameter `plugin_server`.
    public init(
        _ appliance: Appliance, operations: Operations, directories: PluginDirectories, surroundings: PluginSurroundings,
        serverKeys: [VerifyingKey] = [], downloads: DownloadSettings = DownloadSettings()
    ) throws(PackageError) {
        self.appliance = appliance
        self.operations = operations
        self.directories = directories
        self.surroundings = surroundings
        self.serverKeys = serverKeys
        downloadSettings = downloads
        depot = try PluginDepot(directory: directories.plugins)
        firmwareDepot = try FirmwareDepot(directory: directories.firmware)
        shelf = try RepositoryShelf(directory: directories.repositories)
        for directory in [directories.downloads, directories.byHand] {
            do {
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
            } catch {
                throw .file(error, directory, "cannot be made")
            }
        }
        Self.cleanSentPackages(in: directories.downloads)
    }

    /// Loads the plugins that are installed, and those that came with provd and are not hidden by them. Blocks.
    ///
    /// A plugin with a fault is left out and reported; if an installed one has a fault, that which came with provd serves.
    public nonisolated static func load(
        _ directories: PluginDirectories, surroundings: PluginSurroundings
    ) -> (catalog: PluginCatalog, problems: [PluginProblem]) {
        var problems: [PluginProblem] = []
        var plugins: [Plugin] = []
        do {
            for (_, directory) in try PluginDepot.installed(in: directories.plugins).sorted(by: { $0.key < $1.key }) {
                do {
                    let plugin = try Plugin(directory: directory, surroundings: surroundings)
                    problems += plugin.problems
                    plugins.append(plugin)
                } catch {
                    problems.append(error)
                }
            }
        } catch {
            problems.append(PluginProblem(place: .init(file: directories.plugins), reason: error.reason, remedy: error.remedy))
        }
        let bundled = PluginCatalog.load(directory: directories.bundled, surroundings: surroundings)
        // Of two plugins with one id the first counts.
        return (PluginCatalog(plugins: plugins + bundled.catalog.plugins), problems + bundled.problems)
    }

    // MARK: What there is

    /// A plugin that serves.
    public struct Installed: Sendable {
        /// The plugin.
        public let plugin: Plugin
        /// Whether it came with provd; else it was installed.
        public let isBundled: Bool
    }

    /// The plugins that serve, ordered by id.
    public func installed() -> [Installed] {
        appliance.plugins.catalog.plugins.map { Installed(plugin: $0, isBundled: isBundled($0)) }
    }

    /// The plugin of an id that serves, or `nil`.
    public func installed(_ id: String) -> Installed? {
        appliance.plugins.catalog[id].map { Installed(plugin: $0, isBundled: isBundled($0)) }
    }

    /// How many devices have a plugin.
    public func deviceCount(of id: PluginID) async throws -> Int { try await PluginDependents(appliance).count(of: id) }

    func isBundled(_ plugin: Plugin) -> Bool { !plugin.directory.hasPrefix(directories.plugins + "/trees/") }

    // MARK: Doing one thing at a time

    /// Marks something as being changed.
    func occupy(_ name: String) throws(PackageError) {
        guard busy.insert(name).inserted else {
            throw PackageError(.conflict, name, "it is being changed already", remedy: "wait until that operation has ended, or stop it")
        }
    }

    func release(_ name: String) { busy.remove(name) }

    /// Marks several things as being changed, or none of them.
    func occupy(_ names: [String]) throws(PackageError) {
        for name in names where busy.contains(name) { try occupy(name) }
        busy.formUnion(names)
    }

    func release(_ names: [String]) { busy.subtract(names) }

    // MARK: Devices

    /// Brings a plugin into the catalogue, in the place of the version before. Nobody sees anything in between.
    func serve(_ plugin: Plugin) async throws {
        for problem in plugin.problems { appliance.logger.warning("a plugin has a fault", metadata: ["problem": "\(problem)"]) }
        let isNew = appliance.plugins.change { catalog in
            let isNew = catalog[plugin.id] == nil
            catalog = catalog.replacing(plugin)
            return isNew
        }
        appliance.logger.notice("a plugin serves", metadata: ["plugin": "\(plugin.id)", "version": "\(plugin.manifest.version)"])
        if isNew { try await PluginDependents(appliance).settle(plugin.id) }
    }

    /// Takes a plugin out of the catalogue. Its devices keep its name, and get no files.
    func withdraw(_ id: PluginID) async throws {
        appliance.plugins.change { $0 = $0.removing(id) }
        appliance.logger.notice("a plugin serves no more", metadata: ["plugin": "\(id)"])
        try await PluginDependents(appliance).settle(id)
    }

    /// Where files are fetched from now, with the proxies of the appliance.
    func downloader() async throws -> Downloader {
        var settings = downloadSettings
        let parameters = ApplianceParameters(appliance)
        settings.httpProxy = try await parameters.text(of: .httpProxy) ?? settings.httpProxy
        settings.httpsProxy = try await parameters.text(of: .httpsProxy) ?? settings.httpsProxy
        return Downloader(settings)
    }

    /// Does something that waits for the disk on a thread that may.
    nonisolated func onDisk<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await NIOThreadPool.singleton.runIfActive(body)
    }
}
