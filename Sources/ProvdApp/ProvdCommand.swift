// SPDX-License-Identifier: GPL-3.0-or-later

public import ArgumentParser
import Foundation
import Logging
import ProvModel
import Provisioning

/// The program `provd`.
public struct ProvdCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "provd", abstract: "Takes SIP phones from cold boot to a working line.",
        version: ProvdVersion.text, subcommands: [Serve.self, CheckConfig.self, Restore.self], defaultSubcommand: Serve.self)

    public init() {}

    struct ConfigOption: ParsableArguments {
        @Option(name: .long, help: "The configuration file.")
        var config = "/etc/provd/provd.yml"
    }

    /// Runs the daemon.
    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Run the daemon in the foreground.")

        @OptionGroup var options: ConfigOption

        func run() async throws {
            let configuration = try await ProvdCommand.configuration(options)
            LogSetup.bootstrap(configuration.logLevel)
            let logger = Logger(label: "provd")
            do {
                try await ProvdDaemon(configuration, logger: logger).run()
            } catch {
                throw Failure(description: "provd stopped: \(error)")
            }
        }
    }

    /// Says what is wrong with the configuration.
    struct CheckConfig: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Check the configuration file, and show what it comes to.")

        @OptionGroup var options: ConfigOption

        func run() async throws {
            let configuration = try await ProvdCommand.configuration(options)
            var places = Places(readingAllOf: configuration)
            places.check(configuration.tls, configuration)
            for warning in places.warnings { print("warning: \(warning)") }
            guard places.faults.isEmpty else {
                throw Failure(description: places.faults.joined(separator: "\n"))
            }
            print(
                """
                \(options.config) is right.
                phones reach this machine at \(configuration.advertisedAddress)
                HTTP for phones   \(configuration.http.address):\(configuration.http.port)
                TFTP for phones   \(configuration.tftp.address):\(configuration.tftp.port)
                SIP               \(configuration.sip.address):\(configuration.sip.port), realm \(configuration.sipRealm)
                management API    \(configuration.rest.address):\(configuration.rest.port)
                TLS               \(Self.tls(configuration))
                sightings         \(configuration.sightingsSocket)
                state             \(configuration.stateDirectory)
                plugins           \(places.pluginCount) in \(configuration.pluginsDirectory)
                files with credentials go to \(configuration.fileAccess == .open ? "whoever asks" : "the address that is bound to the phone")
                """)
        }

        private static func tls(_ configuration: ProvdConfiguration) -> String {
            let ports = (HTTPDoors.phonePorts(configuration) + HTTPDoors.managementPorts(configuration)).filter { $0.tls != nil }
                .map { "\($0.name) \($0.listener.address):\($0.listener.port)" }
            let all = ports + (configuration.tls.sip > 0 ? ["sip \(configuration.sip.address):\(configuration.tls.sip)"] : [])
            return all.isEmpty ? "none" : all.joined(separator: ", ") + (configuration.tls.files.map { ", \($0.certificate)" } ?? ", provd's own certificate")
        }
    }

    /// Puts a backup back while the daemon does not run, and cannot.
    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a backup in place of the database, while provd is stopped.",
            discussion: "The backup is checked first, and the database before it is kept. While provd runs: provctl backup restore.")

        @OptionGroup var options: ConfigOption
        @Argument(help: "The backup; the newest one of the state directory if none is named.") var file: String?

        func run() async throws {
            let configuration = try await ProvdCommand.configuration(options)
            do {
                print(try DatabaseRescue(stateDirectory: configuration.stateDirectory).restore(file, Logger(label: "provd")))
            } catch {
                throw Failure(description: "\(error)")
            }
        }
    }

    private static func configuration(_ options: ConfigOption) async throws -> ProvdConfiguration {
        do {
            return try await ConfigurationFile.read(options.config)
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    /// An error that is printed as it is.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
