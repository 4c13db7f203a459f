// SPDX-License-Identifier: GPL-3.0-or-later

extension Plugin {
    /// The directories in which the plugin's own templates lie: its own first, then the family's.
    public var templateDirectories: [String] {
        PluginDirectory(directory).roots.map { $0 + "/templates" }.filter { PluginDirectory.exists($0) }
    }

    /// The directory that the plugin shares with its family, if there is one.
    package var familyDirectory: String? { PluginDirectory(directory).roots.dropFirst().first }

    /// The files of the plugin, by their path below one of its directories: the plugin's own, and those of the family that it does not hide.
    package func packagedFiles(below subdirectory: String) throws(PluginProblem) -> [String: StaticFile] {
        try PluginDirectory(directory).files(below: subdirectory, limit: PluginLimits.staticFiles)
    }

    /// Reads a file of the plugin.
    package static func bytes(of file: StaticFile) throws(PluginProblem) -> [UInt8] {
        try PluginDirectory.read(file.path, limit: PluginLimits.testBytes)
    }
}
