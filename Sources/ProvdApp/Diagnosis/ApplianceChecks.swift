// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import Diagnosis
import Foundation
import PhonePlugins
import PluginInstallation
import ProvModel
import Provisioning

/// What `provctl doctor` asks provd to look at.
struct ApplianceChecks {
    /// Less free space than this fails: a database of 50,000 phones, a backup of it, and a firmware.
    private static let neededSpace = 512 * 1_024 * 1_024
    /// Less than this is worth a warning.
    private static let comfortableSpace = 2_048 * 1_024 * 1_024
    /// A backup that is older than this missed a night.
    private static let backupAge = 48.0 * 3_600

    let configuration: ProvdConfiguration
    let appliance: Appliance
    let backups: BackupShelf
    let installer: PluginInstaller
    /// Where plugins are.
    let directories: PluginDirectories
    /// Whether Asterisk's manager interface is connected, if one is configured.
    let isManagerConnected: @Sendable () async -> Bool

    /// All checks, the most basic first.
    var all: [DiagnosticCheck] {
        [DiagnosticCheck("storage", "Database", storage), DiagnosticCheck("disk", "Disk space", disk), DiagnosticCheck("plugins", "Plugins", plugins)]
            + reachability + trust + dhcp
            + [DiagnosticCheck("prompts", "Spoken prompts", prompts), DiagnosticCheck("backup", "Backups", backup)]
    }

    @Sendable private func storage() async -> Finding {
        do {
            try SQLiteStore.check(backup: configuration.stateDirectory + "/provd.db")
            return .ok("the database is sound")
        } catch {
            return .failed(
                "the database is damaged: \(error)",
                remedy: "“provctl backup list” shows the backups; “provctl backup restore NAME” takes one, and a restart of provd puts it in place")
        }
    }

    @Sendable private func disk() async -> Finding {
        guard let attributes = try? FileManager.default.attributesOfFileSystem(forPath: configuration.stateDirectory),
            let free = (attributes[.systemFreeSize] as? NSNumber)?.intValue
        else { return .skipped("the free space of \(configuration.stateDirectory) is not known") }
        let text = "\(free / 1_048_576) MB are free at \(configuration.stateDirectory)"
        let remedy = "free space, or put state_directory on a larger disk: without space provd changes nothing and serves what it has"
        if free < Self.neededSpace { return .failed(text, remedy: remedy) }
        return free < Self.comfortableSpace ? .warning(text, remedy: remedy) : .ok(text)
    }

    @Sendable private func plugins() async -> Finding {
        let count = appliance.plugins.catalog.plugins.count
        guard count > 0 else {
            return .failed("no plugin is loaded: no phone is recognised", remedy: "set plugins_directory to the tree of plugins; the log says what is wrong with each")
        }
        return .ok("\(count) plugins are loaded")
    }

    @Sendable private func prompts() async -> Finding {
        guard configuration.onboarding.manner != nil else { return .skipped("speech.manner is off: calls are silent") }
        let directory = configuration.onboarding.promptsDirectory
        let languages = ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter { $0.count == 2 }.sorted()
        guard !languages.isEmpty else {
            return .warning("\(directory) holds no prompts: calls to codes are silent", remedy: "set speech.prompts_directory to the directory that came with provd")
        }
        return .ok("callers hear \(languages.joined(separator: ", "))")
    }

    @Sendable private func backup() async -> Finding {
        let remedy = "make one with “provctl backup create”; “systemctl enable --now provd-backup.timer” makes one each night"
        guard let newest = try? backups.all().first else {
            let start = ((try? await appliance.store.setting(FirstStart.timeSetting)) ?? nil).flatMap(Double.init) ?? 0
            // Nobody makes one before the first night.
            guard appliance.now() - start > Self.backupAge else { return .skipped("there is no backup yet: provd-backup.timer makes one each night") }
            return .warning("there is no backup", remedy: remedy)
        }
        let age = appliance.now() - newest.time
        return age > Self.backupAge ? .warning("the last backup is \(Int(age / 86_400)) days old", remedy: remedy) : .ok("the last backup is \(newest.name)")
    }
}
