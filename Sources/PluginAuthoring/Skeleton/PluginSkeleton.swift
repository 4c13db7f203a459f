// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import PhonePlugins

/// A new plugin that recognises and serves an imagined phone: complete, without findings of lint, and with tests that pass.
public struct PluginSkeleton: Sendable {
    /// The forms of configuration files that phones have.
    public enum Style: String, Sendable, CaseIterable {
        /// Lines of `key = value`.
        case keyValue = "key-value"
        /// XML.
        case xml
        /// JSON.
        case json
    }

    let id: PluginID
    let vendor: String
    let style: Style
    let oui: OUI

    /// Describes a plugin.
    ///
    /// - Parameters:
    ///   - name: The plugin's id, such as `acme-2`.
    ///   - vendor: The manufacturer; the id's first word if `nil`.
    ///   - oui: The manufacturer's prefix of MAC addresses; one for documentation (RFC 7042, 2.1.2) if `nil`.
    public init(name: String, vendor: String? = nil, style: Style, oui: String? = nil) throws(AuthoringError) {
        guard let id = PluginID(name) else {
            throw AuthoringError("“\(name)” cannot name a plugin: use at most \(PluginID.maximumLength) letters, digits, “.”, “-” and “_”")
        }
        let firstWord = name.split { "-_.".contains($0) }.first.map(String.init) ?? name
        let vendor = vendor ?? firstWord.prefix(1).uppercased() + firstWord.dropFirst()
        guard !vendor.isEmpty, vendor.utf8.count <= 60, vendor.unicodeScalars.allSatisfy({ $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || " -.&".unicodeScalars.contains($0)) })
        else { throw AuthoringError("“\(vendor)” cannot name a manufacturer here: use letters, digits, spaces, “-”, “.” and “&”") }
        guard let prefix = OUI(oui ?? "00:00:5e") else {
            throw AuthoringError("“\(oui ?? "")” is no prefix of a MAC address: write three octets, such as 00:15:65")
        }
        self.id = id
        self.vendor = vendor
        self.style = style
        self.oui = prefix
    }

    /// Writes the plugin into a directory, which must not exist yet or be empty, and writes its golden files.
    ///
    /// - Returns: The names of the files that were written.
    public func write(to directory: String) throws(AuthoringError) -> [String] {
        guard !TextFile.isFile(directory), TextFile.names(in: directory).isEmpty else {
            throw AuthoringError("\(directory) exists and is not empty: name another directory")
        }
        for (name, text) in files { try TextFile.write(text.utf8, to: directory + "/" + name) }
        do {
            let plugin = try Plugin(directory: directory)
            let zones = AuthoringTimeZones()
            let report = PluginTestRunner.run(plugin, updatesGoldenFiles: true) { zones.zone(named: $0) }
            guard report.hasPassed else { throw AuthoringError("the new plugin does not pass its tests: \(report)") }
            return files.map(\.name) + report.updates.map { String($0.dropFirst(directory.count + 1)) }
        } catch let problem as PluginProblem {
            throw AuthoringError("the new plugin cannot be loaded: \(problem)")
        } catch let error as AuthoringError {
            throw error
        } catch {
            throw AuthoringError("\(error)")
        }
    }

    /// The plugin's files by their names.
    var files: [(name: String, text: String)] {
        [
            ("plugin.yml", manifest), ("templates/device.\(style.fileExtension).j2", style.template), ("tests/identify.yml", identifyTests),
            ("tests/render.yml", renderTests),
        ]
    }

    /// An address of the manufacturer for samples and tests.
    var mac: String { "\(oui):00:53:01".lowercased() }
    var compactMAC: String { mac.filter { $0 != ":" } }
}

extension PluginSkeleton.Style {
    var fileExtension: String {
        switch self {
        case .keyValue: "cfg"
        case .xml: "xml"
        case .json: "json"
        }
    }

    var mediaType: String {
        switch self {
        case .keyValue: "text/plain"
        case .xml: "text/xml"
        case .json: "application/json"
        }
    }
}
