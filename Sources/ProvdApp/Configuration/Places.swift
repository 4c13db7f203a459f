// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
import Foundation
import ManagementAPI
import PhonePlugins

/// Whether the directories that a configuration names are what provd needs.
///
/// A wrong path would otherwise show itself much later, as a phone that no plugin knows.
struct Places {
    /// What is wrong, each with what to do. With one of these provd does not start.
    private(set) var faults: [String] = []
    /// What works, but not as its administrator may think.
    private(set) var warnings: [String] = []
    /// How many plugins can serve.
    private(set) var pluginCount = 0

    /// Looks whether they exist and can be used. Nothing is made or changed.
    init(_ configuration: ProvdConfiguration) {
        let plugins = configuration.pluginsDirectory
        if !Self.isDirectory(plugins) {
            faults.append("plugins_directory: there is no directory \(plugins): set plugins_directory to the tree of plugins; without it no phone is recognised")
        }
        let state = configuration.stateDirectory
        checkWritable(
            Self.nearestExisting(state), key: "state_directory", remedy: "make it and give it to provd's user: install -d -m 750 -o provd \(state)")
        let runtime = URL(filePath: configuration.sightingsSocket).deletingLastPathComponent().path
        checkWritable(runtime, key: "sightings.socket", remedy: "make it and give it to provd's user: install -d -m 755 -o provd \(runtime)")
    }

    /// Reads what is in them too, as the daemon would.
    init(readingAllOf configuration: ProvdConfiguration) {
        self.init(configuration)
        if Self.isDirectory(configuration.pluginsDirectory) {
            let (catalog, problems) = PluginCatalog.load(directory: configuration.pluginsDirectory)
            pluginCount = catalog.plugins.count
            warnings += problems.map { "a plugin is left out: \($0)" }
            if catalog.plugins.isEmpty {
                faults.append("plugins_directory: \(configuration.pluginsDirectory) holds no plugin that can serve: no phone would be recognised")
            }
        }
        if WebPage(directory: configuration.pageDirectory) == nil {
            warnings.append("page_directory: \(configuration.pageDirectory) holds no page: browsers are shown none; set page_directory to its directory")
        }
        do {
            _ = try VendorCatalog.load(directory: configuration.dhcpDefinitions)
        } catch {
            warnings.append("dhcp.definitions: \(error); without them provd cannot say what a DHCP server must send")
        }
    }

    /// Looks whether a certificate that the administrator names can be used.
    mutating func check(_ tls: TLSSettings, _ configuration: ProvdConfiguration) {
        // provd's own is made when it starts: to check must not make anything.
        guard let files = tls.files, !Credential.isElsewhere(files.key) else { return }
        do throws(ConfigurationProblem) {
            _ = try tls.certificate(configuration)
        } catch {
            faults.append(error.description)
        }
    }

    private mutating func checkWritable(_ path: String, key: String, remedy: String) {
        if !Self.isDirectory(path) {
            faults.append("\(key): \(path) is no directory: \(remedy)")
        } else if !FileManager.default.isWritableFile(atPath: path) {
            faults.append("\(key): this user may not write to \(path): \(remedy)")
        }
    }

    /// The directory itself, or the one above it in which it would be made.
    private static func nearestExisting(_ path: String) -> String {
        var place = URL(filePath: path).standardizedFileURL
        while !FileManager.default.fileExists(atPath: place.path), place.path != "/" { place.deleteLastPathComponent() }
        return place.path
    }

    private static func isDirectory(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }
}
