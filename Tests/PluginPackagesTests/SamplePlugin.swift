// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import PluginPackages

/// A directory of a test that goes with it.
final class Workshop: Sendable {
    let path: String

    init() throws {
        path = URL(filePath: FileManager.default.temporaryDirectory.path).resolvingSymlinksInPath().appending(path: "provd-packages-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let url = URL(filePath: path + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return url.path
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

    func make(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
        return path + "/" + name
    }

    /// Writes the sources of a small plugin with a family, and returns its directory.
    func plugin(id: String = "acme-2", version: String = "1.0.0", files: Int = 3, extra: String = "") throws -> String {
        let directory = "sources/\(id)-\(version)/level"
        try write("sources/\(id)-\(version)/common/common.yml", "vendor: Acme\ndescription: {en: Acme phones, fr: Téléphones Acme}\n")
        try write("sources/\(id)-\(version)/common/templates/base.j2", "base of \(version)\n")
        try write("sources/\(id)-\(version)/common/templates/device.cfg.j2", "hidden by the plugin's own\n")
        try write(
            "\(directory)/plugin.yml",
            """
            id: \(id)
            version: \(version)
            models: {A10: {version: "2.4", type: deskphone, protocol: sip, lines: 2}}
            files:
              - {path: "/{mac:lower}.cfg", template: device.cfg.j2, media_type: text/plain, format: key-value}
              - {path: "/logos/{path}", directory: logos}
              - {path: "/firmware/{path}", directory: firmware}
            \(extra)
            """)
        try write("\(directory)/templates/device.cfg.j2", "{% include 'base.j2' %}version = \(version)\n")
        for number in 0..<files { try write("\(directory)/files/logos/\(number).bmp", .init(repeating: UInt8(truncatingIfNeeded: number), count: 2_000)) }
        try write("\(directory)/tests/identify.yml", "identify: []\n")
        try write("\(directory)/.editor", "left behind")
        return path + "/" + directory
    }

    /// Packs a plugin, and returns the package's path.
    func package(id: String = "acme-2", version: String = "1.0.0", files: Int = 3, in folder: String = "packages", extra: String = "") throws -> String {
        let packed = try PluginPackage.pack(try plugin(id: id, version: version, files: files, extra: extra))
        return try write("\(folder)/\(packed.name)", packed.bytes)
    }
}
