// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

extension PluginPackage {
    /// Compares an unpacked plugin with the sums that came with it. Blocks for the time of reading its files.
    ///
    /// The package was signed when it was installed; this shows what became of it on the disk since.
    ///
    /// - Returns: The files that are missing or another than they were, ordered by path.
    /// - Throws: `PackageError` if the sums themselves cannot be read.
    public static func changedFiles(in directory: String) throws(PackageError) -> [String] {
        let file = "\(directory)/\(PackageManifest.fileName)"
        let manifest = try PackageManifest(parsing: try BoundedFile.read(file, limit: PackageLimits.manifestBytes), file: file)
        return manifest.files.filter { (try? BoundedFile.sums(of: "\(directory)/\($0.path)").sha256) != $0.sha256 }.map(\.path).sorted()
    }
}
