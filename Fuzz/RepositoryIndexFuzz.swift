// SPDX-License-Identifier: GPL-3.0-or-later
// fuzz-modules: JSONText ProvModel PhonePlugins PluginPackages
// fuzz-only: ProvModel/SecretMask.swift PhonePlugins/Manifest/PluginID.swift PhonePlugins/Manifest/PluginLimits.swift PhonePlugins/Catalog/PluginPath.swift PhonePlugins/Patterns/ASCII.swift PhonePlugins/Patterns/NumericOrder.swift PluginPackages/PackageError.swift PluginPackages/PackageLimits.swift PluginPackages/Format/PackageManifest.swift PluginPackages/Format/SealedDocument.swift PluginPackages/Repository/RepositoryIndex.swift PluginPackages/Repository/PackageListing.swift PluginPackages/Storage/Hexadecimal.swift

/// What comes from a repository, under libFuzzer: as an index, and as the list of sums of a package.
///
/// What is accepted must be the same when it is written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRepositoryIndex(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    if let index = try? RepositoryIndex(parsing: bytes, file: "index.json") {
        guard let again = try? RepositoryIndex(parsing: index.bytes, file: "index.json"), again == index else { fatalError("an index changed by being written") }
        try? index.mayFollow(index, sameBytes: true, day: CalendarDay(time: 1_800_000_000), file: "index.json")
    }
    if let manifest = try? PackageManifest(parsing: bytes, file: "package.json") {
        guard let again = try? PackageManifest(parsing: manifest.bytes, file: "package.json"), again == manifest else {
            fatalError("a list of sums changed by being written")
        }
    }
    return 0
}
