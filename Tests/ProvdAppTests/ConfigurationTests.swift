// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Logging
@testable import ProvdApp
import Testing

/// What an administrator is told of a configuration file.
struct ConfigurationTests {
    @Test func whatCannotBeReadIsSaidInWords() async throws {
        try await withDirectory { directory in
            let problem = await #expect(throws: ConfigurationProblem.self) { try await ConfigurationFile.read(directory) }
            #expect(problem?.description.contains("cannot be read: ") == true && problem?.description.contains("Domain") == false)
        }
    }

    @Test func oneSettingIsEnough() async throws {
        try await withDirectory { directory in
            let configuration = try await read("advertised_address: 192.0.2.10\n", in: directory)
            #expect(configuration.http.port == 8667)
            #expect(configuration.logLevel == .info)
        }
    }

    @Test(
        arguments: [
            ("advertised_address: 192.0.2.10\nlog: {level: verbose}", "log.level is “verbose”: it can be trace, debug, info"),
            ("advertised_address: 192.0.2.10\nsip: {realm: \"\"}", "sip.realm is “”"),
            ("advertised_address: 192.0.2.10\nhttp: 8080", ":2: “http” is a section: write its settings below it"),
            ("advertised_address: 192.0.2.10\nhtpp: {port: 1}", ":2: there is no setting “htpp” here"),
            ("http: {port: 8080}", "advertised_address is missing"),
        ])
    func aMistakeIsNamedWithItsRemedy(text: String, message: String) async throws {
        try await withDirectory { directory in
            let problem = await #expect(throws: ConfigurationProblem.self) { try await read(text, in: directory) }
            #expect(problem?.description.contains(message) == true, "\(String(describing: problem))")
        }
    }

    @Test func aSecretWithoutAPathIsACredentialOfTheServiceManager() {
        let environment = ["CREDENTIALS_DIRECTORY": "/run/credentials/x"]
        #expect(Credential.path("tls-key", environment: environment) == "/run/credentials/x/tls-key")
        #expect(Credential.path("tls-key", environment: [:]) == "/run/credentials/provd.service/tls-key")
        #expect(Credential.path("/etc/provd/key", environment: environment) == "/etc/provd/key")
        #expect(Credential.path("./key", environment: environment) == "./key")
        #expect(Credential.path("", environment: environment).isEmpty)
        #expect(Credential.isElsewhere("/run/credentials/provd.service/tls-key", environment: [:]))
        #expect(!Credential.isElsewhere("/run/credentials/provd.service/tls-key", environment: environment))
    }

    @Test func directoriesThatAreNotThereAreNamed() async throws {
        try await withDirectory { directory in
            let configuration = try await read(
                "advertised_address: 192.0.2.10\nplugins_directory: \(directory)/none\nstate_directory: \(directory)/state\nsightings: {socket: \(directory)/run/s}", in: directory)
            let faults = Places(configuration).faults
            #expect(faults.count == 2)
            #expect(faults.contains { $0.hasPrefix("plugins_directory: there is no directory \(directory)/none") })
            // The state directory is made by provd; the socket's is not.
            #expect(faults.contains { $0.hasPrefix("sightings.socket: \(directory)/run is no directory") })
        }
    }

    @Test func aDirectoryWithoutPluginsIsAFault() async throws {
        try await withDirectory { directory in
            let configuration = try await read(
                "advertised_address: 192.0.2.10\nplugins_directory: \(directory)\nstate_directory: \(directory)\nsightings: {socket: \(directory)/s}", in: directory)
            #expect(Places(configuration).faults == [])
            #expect(Places(readingAllOf: configuration).faults.contains { $0.contains("holds no plugin") })
        }
    }

    private func read(_ text: String, in directory: String) async throws -> ProvdConfiguration {
        let path = directory + "/provd.yml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try await ConfigurationFile.read(path)
    }
}

/// Gives the test a directory of its own.
func withDirectory(_ body: (String) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "provd-app-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try await body(directory.path)
}
