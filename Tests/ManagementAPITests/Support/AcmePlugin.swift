// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import PhonePlugins
import Testing

/// A small plugin of a manufacturer that does not exist.
enum AcmePlugin {
    static let id = "acme-1"

    /// The catalogue that holds this plugin, and others that are the same but for their names and the files that they make.
    static func catalog(others: [String] = []) throws -> PluginCatalog {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("provd-api-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in [id] + others {
            let templates = folder.appendingPathComponent("\(name)/templates")
            try FileManager.default.createDirectory(at: templates, withIntermediateDirectories: true)
            try Data(manifest.replacing(id, with: name).utf8).write(to: folder.appendingPathComponent("\(name)/plugin.yml"))
            let template = "line={{ lines | length }}\n" + (name == id ? "" : "made_by=\(name)\n")
            try Data(template.utf8).write(to: templates.appendingPathComponent("device.cfg.j2"))
        }
        let (catalog, problems) = PluginCatalog.load(directory: folder.path)
        try #require(problems.isEmpty, "\(problems)")
        return catalog
    }

    private static let manifest = """
        id: acme-1
        version: 1.0.0
        vendor: Acme
        description: {en: Acme phones, fr: Téléphones Acme}
        models:
          One: {version: 1.2.3, type: deskphone, protocol: sip, lines: 2, function_keys: 8, expansion_modules: 0}
          Two: {lines: 4}
        patterns:
          dhcp:
            - vendor_class: "Acme-{model}"
              claims: {vendor: Acme}
              samples: [{text: Acme-One, gives: {vendor: Acme, model: One}}]
        support:
          - {model: listed, level: complete}
        files:
          - {path: "/{mac:lower}.cfg", template: device.cfg.j2, media_type: text/plain, format: key-value, sensitive: true, trigger: true}
        synchronise: {method: sip-notify, event: check-sync}
        """
}
