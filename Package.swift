// swift-tools-version: 6.3
// SPDX-License-Identifier: GPL-3.0-or-later

import PackageDescription

// MARK: - Outside products, each named once

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioExtras: Target.Dependency = .product(name: "NIOExtras", package: "swift-nio-extras")
let nioFoundationCompat: Target.Dependency = .product(name: "NIOFoundationCompat", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let swiftASN1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

// MARK: - The package

let package = Package(
    name: "provd",
    products: [
        .executable(name: "provd", targets: ["provd"]),
        .executable(name: "provctl", targets: ["provctl"]),
        .executable(name: "dhcpd-config", targets: ["dhcpd-config"]),
        .executable(name: "dhcp-sniffd", targets: ["dhcp-sniffd"]),
        .executable(name: "provd-dhcp-hook", targets: ["provd-dhcp-hook"]),
        .executable(name: "phone-sim", targets: ["phone-sim"]),
        // The formats, and the doors that benchmarks/ measures, are usable on their own.
        .library(name: "Jinja", targets: ["Jinja"]),
        .library(name: "PhoneTFTP", targets: ["PhoneTFTP"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // MARK: C libraries
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
        .target(name: "CSystemCalls"),

        // MARK: Words and formats
        .target(name: "NetTypes"),
        .target(name: "DHCPWire", dependencies: ["NetTypes"]),
        .target(name: "DHCPConfig", dependencies: ["NetTypes", yams]),
        .target(name: "TFTP"),
        .target(name: "OpenFiles", dependencies: ["CSystemCalls", nioCore]),
        .target(name: "Datagrams", dependencies: ["CSystemCalls", nioCore]),
        .target(name: "ConnectionAccepting", dependencies: [logging, nioCore]),
        .target(name: "SocketActivation", dependencies: ["NetTypes"]),
        .target(name: "SIPWire", dependencies: [crypto]),
        .target(name: "RTP"),
        .target(name: "AsteriskWire"),
        .target(name: "PBXConfig", dependencies: [crypto]),
        .target(name: "Jinja"),
        .target(name: "JSONText"),
        .target(name: "TimeZones"),
        .target(name: "Diagnosis"),
        .target(name: "Telemetry"),
        .target(name: "ApplianceSetup", dependencies: ["NetTypes", yams]),

        // MARK: Model
        .target(name: "ProvModel", dependencies: ["JSONText", "NetTypes"]),

        // MARK: Adapters
        .target(name: "DeviceStorage", dependencies: ["JSONText", "ProvModel", "NetTypes", "Telemetry", grdb]),
        .target(name: "PacketCapture", dependencies: ["CPcap"]),
        .target(name: "Certificates", dependencies: ["NetTypes", cryptoExtras, logging, nioSSL, swiftASN1, x509]),
        .target(name: "Archives", dependencies: ["CArchive"]),
        .target(name: "NetworkFailures", dependencies: [nioCore, nioPosix]),

        // MARK: Use cases
        .target(name: "PhonePlugins", dependencies: ["JSONText", "ProvModel", "NetTypes", "Jinja", "TimeZones", yams]),
        .target(name: "PluginAuthoring", dependencies: ["JSONText", "Jinja", "NetTypes", "PhonePlugins", "TimeZones"]),
        .target(name: "Provisioning", dependencies: ["DHCPConfig", "JSONText", "PBXConfig", "ProvModel", "NetTypes", "PhonePlugins", "Telemetry", "TimeZones", crypto, logging]),

        .target(name: "PluginPackages", dependencies: ["Archives", "JSONText", "PhonePlugins", "ProvModel", crypto]),
        .target(
            name: "PluginInstallation",
            dependencies: [
                "JSONText", "PhonePlugins", "PluginAuthoring", "PluginPackages", "ProvModel", "Provisioning", asyncHTTPClient, logging, nioCore, nioHTTP1, nioPosix,
                nioSSL,
            ]),

        // Plays phones against any provd; it knows the plugins, and nothing of the server.
        .target(
            name: "PhoneSimulation",
            dependencies: ["Datagrams", "JSONText", "NetTypes", "PhonePlugins", "SIPWire", "TFTP", nioCore, nioHTTP1, nioPosix]),

        // MARK: Doors
        .target(
            name: "HTTPListening",
            dependencies: ["Certificates", "ConnectionAccepting", "NetTypes", "SocketActivation", hummingbirdCore, logging, nioCore, nioExtras, nioHTTPTypes, nioPosix, nioSSL, serviceLifecycle]),
        .target(
            name: "PhoneHTTP",
            dependencies: [
                "OpenFiles", "Provisioning", "ProvModel", "NetTypes", hummingbird, hummingbirdCore, httpTypes, logging, nioCore, nioHTTP1, nioPosix, nioSSL,
            ]),
        .target(
            name: "PhoneTFTP",
            dependencies: ["Datagrams", "OpenFiles", "SocketActivation", "TFTP", "Telemetry", "Provisioning", "PhonePlugins", "ProvModel", "NetTypes", nioCore, nioPosix, serviceLifecycle, logging]),
        .target(
            name: "ManagementAPI",
            dependencies: [
                "Telemetry", "DHCPConfig", "JSONText", "Provisioning", "PhonePlugins", "PluginAuthoring", "PluginInstallation", "PluginPackages", "ProvModel", "NetTypes", hummingbird, hummingbirdCore, httpTypes, logging, nioCore, nioPosix, serviceLifecycle, crypto, "PBXConfig", "Diagnosis",
            ]),
        .target(
            name: "PhoneActions",
            dependencies: ["NetTypes", "NetworkFailures", "PhonePlugins", "Provisioning", "SIPWire", asyncHTTPClient, nioCore, nioHTTP1, nioPosix, nioSSL]),
        .target(name: "WazoAuth", dependencies: ["JSONText", "ManagementAPI", "ProvModel", asyncHTTPClient, nioCore, nioHTTP1]),
        .target(
            name: "SIPOnboarding",
            dependencies: [
                "Certificates", "ConnectionAccepting", "Datagrams", "NetworkFailures", "RTP", "SIPWire", "SocketActivation", "Telemetry", "Provisioning", "ProvModel", "NetTypes", nioCore, nioPosix, nioSSL, serviceLifecycle, logging, crypto,
            ]),
        .target(
            name: "AsteriskLink",
            dependencies: ["AsteriskWire", "ConnectionAccepting", "NetTypes", "NetworkFailures", "Provisioning", "ProvModel", crypto, logging, nioCore, nioPosix, serviceLifecycle]),
        .target(
            name: "FreeSWITCHLink", dependencies: ["PBXConfig", "Provisioning", hummingbird, httpTypes, logging, nioCore]),
        .target(name: "DHCPSniffing", dependencies: ["DHCPWire", "DHCPConfig", "PacketCapture", "ProvModel", "NetTypes"]),
        // A DHCP server starts it for every lease: nothing that is slow to load.
        .target(name: "DHCPHook", dependencies: ["JSONText", "NetTypes", "ProvModel"]),
        .target(
            name: "DHCPInform",
            dependencies: ["Datagrams", "DHCPConfig", "DHCPWire", "NetworkFailures", "Provisioning", "NetTypes", nioCore, nioPosix, serviceLifecycle, logging]),
        .target(
            name: "SIPPlugAndPlay",
            dependencies: ["Datagrams", "NetworkFailures", "SIPWire", "Provisioning", "NetTypes", nioCore, nioPosix, serviceLifecycle, logging]),
        .target(
            name: "SightingIntake",
            dependencies: ["ConnectionAccepting", "NetworkFailures", "Provisioning", "ProvModel", "NetTypes", nioCore, nioPosix, serviceLifecycle, logging]),

        // MARK: Composition
        .target(
            name: "ProvdApp",
            dependencies: [
                "DHCPConfig", "DHCPInform", "DeviceStorage", "JSONText", "ManagementAPI", "NetTypes", "PhoneActions", "PhoneHTTP", "PhonePlugins", "PhoneTFTP", "PluginInstallation", "PluginPackages", "ProvModel", "Provisioning", "WazoAuth", "Certificates", "HTTPListening", "SocketActivation", "AsteriskLink", "FreeSWITCHLink", "Diagnosis",
                "NetworkFailures", "OpenFiles", "SIPOnboarding", "SIPPlugAndPlay", "SIPWire", "SightingIntake", "Telemetry", argumentParser, configuration, logging, serviceLifecycle, unixSignals, hummingbird, hummingbirdCore, yams, systemPackage, nioCore, nioHTTP1, nioPosix,
            ]),
        .target(
            name: "ProvCommands",
            dependencies: [
                "Archives", "JSONText", "Jinja", "NetworkFailures", "ProvModel", "NetTypes", "PhonePlugins", "PluginAuthoring", "PluginPackages", argumentParser, asyncHTTPClient, nioCore, nioHTTP1, nioSSL, "ApplianceSetup",
            ]),
        .target(name: "DHCPVerification", dependencies: ["DHCPConfig", "DHCPWire", "JSONText", "NetTypes"]),
        .target(name: "DHCPConfigCommands", dependencies: ["DHCPConfig", "DHCPVerification", "NetTypes", "ProvModel", argumentParser]),

        // MARK: Executables, one file each
        .executableTarget(name: "provd", dependencies: ["ProvdApp", argumentParser]),
        .executableTarget(name: "provctl", dependencies: ["ProvCommands", argumentParser]),
        .executableTarget(name: "dhcpd-config", dependencies: ["DHCPConfigCommands"]),
        .executableTarget(name: "dhcp-sniffd", dependencies: ["DHCPSniffing", "NetTypes", "PacketCapture", "ProvModel", argumentParser]),
        .executableTarget(name: "provd-dhcp-hook", dependencies: ["DHCPHook"]),
        .executableTarget(name: "phone-sim", dependencies: ["JSONText", "NetTypes", "PhonePlugins", "PhoneSimulation", "ProvModel", argumentParser, unixSignals]),

        // MARK: Tests
        // MARK: Unit tests, which need no root
        .testTarget(name: "NetTypesTests", dependencies: ["NetTypes"]),
        .testTarget(name: "DHCPWireTests", dependencies: ["DHCPWire", "NetTypes"], exclude: ["Fixtures"]),
        .testTarget(
            name: "DHCPConfigTests", dependencies: ["DHCPConfig", "DHCPConfigCommands", "NetTypes"], exclude: ["Fixtures"]),
        .testTarget(name: "DHCPVerificationTests", dependencies: ["DHCPVerification", "DHCPConfig", "DHCPWire", "NetTypes"]),
        .testTarget(name: "DHCPHookTests", dependencies: ["DHCPHook", "NetTypes", "ProvModel"]),
        .testTarget(name: "TFTPTests", dependencies: ["TFTP"]),
        .testTarget(name: "SocketActivationTests", dependencies: ["NetTypes", "SocketActivation"]),
        .testTarget(name: "ConnectionAcceptingTests", dependencies: ["ConnectionAccepting", logging, nioCore, nioEmbedded, nioPosix]),
        .testTarget(name: "DatagramsTests", dependencies: ["CSystemCalls", "Datagrams", nioCore, nioPosix]),
        .testTarget(name: "SIPWireTests", dependencies: ["SIPWire"], exclude: ["Fixtures"]),
        .testTarget(name: "RTPTests", dependencies: ["RTP"]),
        .testTarget(name: "AsteriskWireTests", dependencies: ["AsteriskWire"], exclude: ["Fixtures"]),
        .testTarget(name: "JinjaTests", dependencies: ["Jinja"], exclude: ["Fixtures"]),
        .testTarget(name: "JSONTextTests", dependencies: ["JSONText"]),
        .testTarget(name: "TimeZonesTests", dependencies: ["TimeZones"]),
        .testTarget(name: "DiagnosisTests", dependencies: ["Diagnosis"]),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry"]),
        .testTarget(name: "NetworkFailuresTests", dependencies: ["NetworkFailures", nioCore, nioPosix]),
        .testTarget(name: "ApplianceSetupTests", dependencies: ["ApplianceSetup", "NetTypes"]),
        .testTarget(name: "DeviceStorageTests", dependencies: ["DeviceStorage", "JSONText", "NetTypes", "ProvModel"], exclude: ["Fixtures"]),
        .testTarget(name: "PacketCaptureTests", dependencies: ["PacketCapture"]),
        .testTarget(
            name: "CertificatesTests", dependencies: ["Certificates", nioSSL, swiftASN1, x509], exclude: ["Fixtures"]),
        .testTarget(name: "ArchivesTests", dependencies: ["Archives"], exclude: ["Fixtures"]),
        // A test kills it at any moment.
        .executableTarget(name: "plugin-churn", dependencies: ["PhonePlugins", "PluginPackages"], path: "Tests/PluginChurn"),
        .testTarget(name: "PluginPackagesTests", dependencies: ["plugin-churn", "Archives", "JSONText", "PhonePlugins", "PluginPackages"]),
        .testTarget(
            name: "PluginInstallationTests",
            dependencies: [
                "Archives", "DeviceStorage", "JSONText", "PhonePlugins", "PluginInstallation", "PluginPackages", "ProvModel", "Provisioning", logging,
                nioCore, nioHTTP1, nioPosix,
            ]),
        .testTarget(name: "PhonePluginsTests", dependencies: ["PhonePlugins", "JSONText", "Jinja", "NetTypes", "TimeZones"]),
        .testTarget(name: "PhoneSimulationTests", dependencies: ["PhoneSimulation", "JSONText", "NetTypes", "PhonePlugins", "SIPWire", "TFTP"]),
        .testTarget(
            name: "PluginAuthoringTests", dependencies: ["PluginAuthoring", "JSONText", "Jinja", "NetTypes", "PhonePlugins", "TimeZones"]),
        .testTarget(
            name: "ProvisioningTests",
            dependencies: ["Provisioning", "DHCPConfig", "DeviceStorage", "JSONText", "NetTypes", "PhonePlugins", "ProvModel", "Telemetry", logging]),
        .testTarget(
            name: "ManagementAPITests",
            dependencies: [
                "provctl", "ManagementAPI", "Telemetry", "DHCPConfig", "DeviceStorage", "JSONText", "NetTypes", "PhonePlugins", "PluginInstallation", "PluginPackages", "ProvModel", "Provisioning", hummingbird, httpTypes,
                logging, nioCore, nioEmbedded, nioPosix, serviceLifecycle,
            ]),
        .testTarget(
            name: "WazoAuthTests",
            dependencies: [
                "WazoAuth", "ManagementAPI", "DeviceStorage", "JSONText", "PhonePlugins", "ProvModel", "Provisioning", hummingbird, httpTypes,
                logging, nioCore, serviceLifecycle,
            ]),
        .testTarget(
            name: "PhoneHTTPTests",
            dependencies: [
                "OpenFiles", "PhoneHTTP", "DeviceStorage", "JSONText", "NetTypes", "PhonePlugins", "ProvModel", "Provisioning", hummingbird, httpTypes, logging,
                nioCore, nioEmbedded, nioHTTP1, nioPosix,
            ]),
        .testTarget(
            name: "HTTPListeningTests",
            dependencies: [
                "HTTPListening", "Certificates", httpTypes, hummingbird, hummingbirdCore, logging, nioCore, nioEmbedded, nioHTTPTypes, nioPosix, nioSSL, serviceLifecycle, "SocketActivation",
            ]),
        .testTarget(
            name: "PhoneTFTPTests", dependencies: ["PhoneTFTP", "PhonePlugins", "TFTP", nioCore, nioPosix, serviceLifecycle, logging]),
        .testTarget(
            name: "SIPOnboardingTests",
            dependencies: ["Certificates", "Provisioning", "RTP", "SIPOnboarding", "SIPWire", nioCore, nioEmbedded, nioPosix, nioSSL, logging], exclude: ["Scenarios"]),
        .testTarget(
            name: "AsteriskLinkTests",
            dependencies: [
                "AsteriskLink", "AsteriskWire", "DeviceStorage", "JSONText", "NetTypes", "PhonePlugins", "ProvModel", "Provisioning", crypto, logging,
                nioCore, nioPosix,
            ]),
        .testTarget(name: "PBXConfigTests", dependencies: ["PBXConfig"]),
        .testTarget(
            name: "FreeSWITCHLinkTests",
            dependencies: [
                "FreeSWITCHLink", "DeviceStorage", "JSONText", "PhonePlugins", "ProvModel", "Provisioning", hummingbird, httpTypes, logging, nioCore,
                nioEmbedded,
            ], exclude: ["Fixtures"]),
        .testTarget(name: "DHCPInformTests", dependencies: ["DHCPInform", "DHCPConfig", "DHCPWire", "NetTypes"]),
        .testTarget(
            name: "SIPPlugAndPlayTests", dependencies: ["SIPPlugAndPlay", "SIPWire", "Provisioning", "NetTypes"]),
        .testTarget(
            name: "DHCPSniffingTests", dependencies: ["DHCPSniffing", "DHCPConfig", "DHCPWire", "PacketCapture", "ProvModel", "NetTypes"],
            exclude: ["Fixtures"]),

        // MARK: Tests with real programs, which need root and network namespaces
        .testTarget(name: "PhoneActionsTests", dependencies: ["PhoneActions", "PhonePlugins", "Provisioning", "NetTypes", nioCore, nioHTTP1, nioPosix]),
        .testTarget(name: "ProvdAppTests", dependencies: ["provd", "provctl", "dhcpd-config", "dhcp-sniffd", "phone-sim", "provd-dhcp-hook", "OpenFiles", "ProvdApp", logging]),
        .testTarget(name: "ProvCommandsTests", dependencies: ["ProvCommands", "Archives", "JSONText"]),
        .testTarget(name: "LabTests", dependencies: ["provd", "provctl", "dhcpd-config", "dhcp-sniffd", "provd-dhcp-hook"], path: "Tests/Lab"),
    ]
)

// MARK: - Settings of every target

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    .enableUpcomingFeature("ExistentialAny"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
    .enableUpcomingFeature("InternalImportsByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    .enableUpcomingFeature("MemberImportVisibility"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0458-strict-memory-safety.md
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]
for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + settings
}
