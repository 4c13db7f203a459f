// SPDX-License-Identifier: GPL-3.0-or-later

package import Archives
public import PhonePlugins

/// The plugins that were installed from packages, on the disk. A change is done wholly or not at all, also across a power cut.
public actor PluginDepot {
    private let trees: TreeStore
    private nonisolated let executor: BlockingExecutor

    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// How packages are unpacked; tests make the disk full.
    package var unpacking = Unpacking(limits: .pluginPackage)

    /// Opens the depot in a directory, which is made if it is missing, and removes what a crash left there.
    ///
    /// Blocks for the time of some file operations.
    public init(directory: String) throws(PackageError) {
        trees = try TreeStore(root: directory)
        try trees.clean()
        executor = BlockingExecutor(name: "plugin depot")
    }

    /// The directories of the installed plugins, by id. Blocks like `init`.
    public nonisolated static func installed(in directory: String) throws(PackageError) -> [String: String] {
        try TreeStore(root: directory).current()
    }

    /// Unpacks and checks a package, and puts its plugin in the place of the version before, if there is one.
    ///
    /// - Parameters:
    ///   - package: The file.
    ///   - expected: What the package must hold; `nil` for whatever it holds.
    /// - Returns: The plugin, loaded from where it lies now.
    public func install(
        _ package: String, expected: (id: PluginID, version: String)?, surroundings: PluginSurroundings
    ) throws(PackageError) -> Plugin {
        let draft = try trees.draft(expected?.id.text ?? "package")
        do throws(PackageError) {
            let (manifest, plugin) = try PluginPackage.unpack(package, into: draft.path, surroundings: surroundings, unpacking: unpacking)
            if let expected, manifest.id != expected.id || manifest.version != expected.version {
                throw PackageError(
                    .mismatch, package, "it holds \(manifest.id) \(manifest.version), and \(expected.id) \(expected.version) was expected",
                    remedy: "tell the repository's maintainers")
            }
            try trees.commit(draft, as: manifest.id.text)
            return plugin
        } catch {
            trees.discard(draft)
            throw error
        }
    }

    /// Removes a plugin.
    ///
    /// - Returns: Whether it was installed here.
    public func remove(_ id: PluginID) throws(PackageError) -> Bool { try trees.remove(id.text) }

    /// Loads a plugin anew from its directory: the installed version, else the one among those that came with provd.
    ///
    /// - Parameter bundled: The directory of the plugins that came with provd.
    /// - Returns: `nil` if there is none of this id.
    public func load(_ id: PluginID, bundled: String, surroundings: PluginSurroundings) throws(PackageError) -> Plugin? {
        guard let directory = trees.current(id.text) else {
            return PluginCatalog.load(directory: bundled, surroundings: surroundings).catalog[id]
        }
        do {
            return try Plugin(directory: directory, surroundings: surroundings)
        } catch {
            throw PackageError(.malformed, "\(error.place)", error.reason, remedy: error.remedy)
        }
    }

    package func setUnpacking(_ unpacking: Unpacking) { self.unpacking = unpacking }
}
