// swift-tools-version: 6.3
// SPDX-License-Identifier: GPL-3.0-or-later

import PackageDescription

let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

// The sources of the modules are compiled here again (the folders are links), so that the benchmark needs no server.
let package = Package(
    name: "plugin-upgrade-benchmark",
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive"),
        .target(name: "NetTypes"), .target(name: "TimeZones"), .target(name: "JSONText"), .target(name: "Jinja"),
        .target(name: "DHCPConfig", dependencies: ["NetTypes", yams]),
        .target(name: "ProvModel", dependencies: ["JSONText", "NetTypes"]),
        .target(name: "DeviceStorage", dependencies: ["JSONText", "ProvModel", "NetTypes", .product(name: "GRDB", package: "GRDB.swift")]),
        .target(name: "PhonePlugins", dependencies: ["JSONText", "ProvModel", "NetTypes", "Jinja", "TimeZones", yams]),
        .target(name: "Provisioning", dependencies: ["DHCPConfig", "JSONText", "ProvModel", "NetTypes", "PhonePlugins", "TimeZones", crypto, logging]),
        .target(name: "Archives", dependencies: ["CArchive"]),
        .target(name: "PluginPackages", dependencies: ["Archives", "JSONText", "PhonePlugins", crypto]),
        .target(
            name: "PluginInstallation",
            dependencies: [
                "JSONText", "PhonePlugins", "PluginPackages", "ProvModel", "Provisioning", asyncHTTPClient, logging, nioCore, nioHTTP1, nioPosix,
            ]),
        .executableTarget(
            name: "PluginUpgradeBenchmark",
            dependencies: [
                "DeviceStorage", "JSONText", "NetTypes", "PhonePlugins", "PluginInstallation", "PluginPackages", "ProvModel", "Provisioning", logging,
            ]),
    ]
)
for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"), .strictMemorySafety(),
    ]
}
