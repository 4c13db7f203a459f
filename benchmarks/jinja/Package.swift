// swift-tools-version: 6.3
// SPDX-License-Identifier: GPL-3.0-or-later

import PackageDescription

// The sources of the module are compiled here again (the folder is a link), so that the benchmark needs none of the
// daemon's dependencies.
let package = Package(
    name: "jinja-benchmark",
    targets: [
        .target(name: "Jinja", path: "Sources/Jinja", swiftSettings: [.swiftLanguageMode(.v6), .strictMemorySafety()]),
        .executableTarget(name: "JinjaBenchmark", dependencies: ["Jinja"], swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)
for target in package.targets {
    target.swiftSettings = (target.swiftSettings ?? []) + [
        .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
