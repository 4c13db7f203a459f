// SPDX-License-Identifier: GPL-3.0-or-later

import AsteriskLink
import Logging
import ProvModel
import Provisioning
import ServiceLifecycle
import SIPOnboarding

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
        _ configuration: PBXConfiguration, _ appliance: Appliance, _ onboarding: OnboardingConfiguration, _ logger: Logger,
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
            let settings = onboarding.settings, codes = CodeDialling(appliance, settings: settings)
            let dialling = PBXDialling(appliance, dialling: codes, features: PhoneFeatures(appliance, settings: settings))
            let sounds = configuration.soundsDirectory.map { Self.sounds(in: $0, onboarding, codes, logger) }
            let server = FastAGIServer(
                fastAGI, dialling: dialling, sounds: sounds ?? { _, _ in [] }, logger: logger, becameSomebodys: becameSomebodys
            ) { port in
                logger.info("FastAGI is listening", metadata: ["address": "\(fastAGI.host):\(port)"])
            }
            let listener = ProvdConfiguration.Listener(address: fastAGI.host, port: fastAGI.port)
            services.append(.init(service: NamedServer(name: "asterisk.fastagi", settings: ("asterisk.fastagi_port", "asterisk.fastagi_address"), listener: listener, server: server)))
        }
        self.services = services
    }

    /// What names provd's prompts as Asterisk has them, in a directory below its sounds.
    private static func sounds(
        in directory: String, _ onboarding: OnboardingConfiguration, _ codes: CodeDialling, _ logger: Logger
    ) -> PhoneSounds {
        let prompts = onboarding.prompts(logger), locale = onboarding.settings.locale
        return { speech, device in
            let phone = if let device { await codes.describe(device) } else { PhoneDescription() }
            let announcement =
                switch speech {
                case .outcome(let outcome): Announcement(outcome, at: phone, locale: locale)
                case .prompt(let prompt): Announcement(prompt, at: phone, locale: locale)
                }
            return prompts.files(of: announcement).map { "\(directory)/\($0)" }
        }
    }

    /// Lets Asterisk load its configuration anew; `nil` if it cannot be asked.
    var reload: (@Sendable () async -> String?)? {
        guard let client else { return nil }
        return { await client.reloadConfiguration() }
    }

    /// The way to phones that are registered at Asterisk.
    var notifiers: [any PhoneNotifier] { client.map { [AsteriskNotifier($0)] } ?? [] }
}
