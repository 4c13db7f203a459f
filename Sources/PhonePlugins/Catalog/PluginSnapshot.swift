// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// What is known of the files of plugins without reading them, so that a change shows.
public struct PluginSnapshot: Sendable, Equatable {
    /// The most files that are looked at; a plugin has fewer.
    private static let maximumFiles = 20_000

    private struct Stamp: Sendable, Equatable {
        let changed: Date?
        let size: Int?
    }

    private let stamps: [String: Stamp]

    /// Looks at directories as they are now, each with the `common/` beside it that a plugin shares with its family.
    public init(_ directories: [String]) {
        var stamps: [String: Stamp] = [:]
        for directory in directories {
            let family = URL(fileURLWithPath: directory).deletingLastPathComponent().appendingPathComponent("common").path
            for root in [directory] + (PluginDirectory.exists(family + "/common.yml") ? [family] : []) {
                guard let walk = FileManager.default.enumerator(atPath: root) else { continue }
                while stamps.count < Self.maximumFiles, let name = walk.nextObject() as? String {
                    let attributes = try? FileManager.default.attributesOfItem(atPath: root + "/" + name)
                    stamps[root + "/" + name] = Stamp(changed: attributes?[.modificationDate] as? Date, size: attributes?[.size] as? Int)
                }
            }
        }
        self.stamps = stamps
    }
}
