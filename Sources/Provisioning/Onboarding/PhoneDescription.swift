// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
public import ProvModel

/// What a call says of the phone from which it comes, and how.
public struct PhoneDescription: Sendable, Hashable {
    /// The vendor, as plugins write it.
    public var vendor: String?
    /// The model, as plugins write it.
    public var model: String?
    /// The last four digits of the hardware address, as they stand on the phone's back.
    public var macEnding: String?
    /// The language of the phone's configuration, such as `fr_CA`.
    public var locale: String?
    /// How its calls are spoken to: `answer` or `early`, from the parameter ``speechParameter``.
    public var speech: String?

    /// Describes a phone by what is known of it.
    public init(vendor: String? = nil, model: String? = nil, macEnding: String? = nil, locale: String? = nil, speech: String? = nil) {
        self.vendor = vendor
        self.model = model
        self.macEnding = macEnding
        self.locale = locale
        self.speech = speech
    }

    /// The parameter of configs that says how calls are spoken to.
    static let speechParameter = "X_provd_speech"

    /// Describes a device from the storage; what cannot be read is left out.
    static func of(_ id: DeviceID, _ appliance: Appliance) async -> PhoneDescription {
        var description = PhoneDescription()
        guard let device = try? await appliance.store.device(id) else { return description }
        description.vendor = device.vendor
        description.model = device.model
        description.macEnding = device.mac.map { String($0.description.filter { $0 != ":" }.suffix(4)) }
        guard let config = device.config, let tree = try? await ConfigTree(root: config, in: appliance.store),
            let parameters = tree.flattened(config, base: appliance.settings.baseRawConfig)
        else { return description }
        description.locale = parameters["locale"]?.string
        description.speech = parameters[speechParameter]?.string
        return description
    }
}

extension CodeDialling {
    /// What a call says of the phone from which it comes.
    public func describe(_ device: DeviceID) async -> PhoneDescription { await .of(device, appliance) }
}
