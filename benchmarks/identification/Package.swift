// swift-tools-version: 6.3
// SPDX-License-Identifier: GPL-3.0-or-later

import PackageDescription

// The sources of the modules are compiled here again (the folders are links), so that the benchmark needs none of the
// daemon's dependencies.
let package = Package(
    name: "identification-benchmark",
    dependencies: [.package(url: "https://github.com/jpsim/Yams", from: "6.2.2")],
    targets: [
        .target(name: "NetTypes"), .target(name: "TimeZones"), .target(name: "JSONText"), .target(name: "Jinja"),
        .target(
            name: "PhonePlugins", dependencies: ["NetTypes", "JSONText", "Jinja", "TimeZones", .product(name: "Yams", package: "Yams")]),
        .executableTarget(name: "IdentificationBenchmark", dependencies: ["PhonePlugins"]),
    ]
)
for target in package.targets {
    target.swiftSettings = [
        .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"), .strictMemorySafety(),
    ]
}
