// SPDX-License-Identifier: GPL-3.0-or-later

import AsteriskLink
import Logging
import ProvModel
import Provisioning
import ServiceLifecycle

/// What provd does with an Asterisk, as far as it is configured.
struct AsteriskServices {
    /// The connection to the manager interface.
    let client: AMIClient?
    /// What runs.
    let services: [ServiceGroupConfiguration.ServiceConfiguration]

    /// Makes what is configured.
    ///
    /// - Parameter becameSomebodys: Called with each device that has a new configuration to fetch.
    init(
        _ configuration: PBXConfiguration, _ appliance: Appliance, _ settings: OnboardingSettings, _ logger: Logger,
        becameSomebodys: @escaping @Sendable (DeviceID) -> Void
    ) throws(ConfigurationProblem) {
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
        if let manager = configuration.manager {
            let accounts = PhoneAccounts(appliance)
            let client = AMIClient(try manager.client(), logger: logger) { await accounts.registered($0) }
            services.append(.init(service: client))
            self.client = client
        } else {
            client = nil
        }
        if let fastAGI = configuration.fastAGI {
            let dialling = PBXDialling(
                appliance, dialling: CodeDialling(appliance, settings: settings), features: PhoneFeatures(appliance, settings: settings))
            let server = FastAGIServer(fastAGI, dialling: dialling, logger: logger, becameSomebodys: becameSomebodys) { port in
                logger.info("FastAGI is listening", metadata: ["address": "\(fastAGI.host):\(port)"])
            }
            let listener = ProvdConfiguration.Listener(address: fastAGI.host, port: fastAGI.port)
            services.append(.init(service: NamedServer(name: "asterisk.fastagi", settings: ("asterisk.fastagi_port", "asterisk.fastagi_address"), listener: listener, server: server)))
        }
        self.services = services
    }

    /// Lets Asterisk load its configuration anew; `nil` if it cannot be asked.
    var reload: (@Sendable () async -> String?)? {
        guard let client else { return nil }
        return { await client.reloadConfiguration() }
    }

    /// The way to phones that are registered at Asterisk.
    var notifiers: [any PhoneNotifier] { client.map { [AsteriskNotifier($0)] } ?? [] }
}
