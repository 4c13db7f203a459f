// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText

/// A model of phone that a plugin knows, with what it can do.
public struct PhoneModel: Sendable, Hashable {
    /// What kind of device it is; the names are those of wazo-provd's capabilities.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case deskphone, dect, wifidect, conference, pager, ata, softphone, doorphone, generic, gateway
    }

    /// The signalling protocols that phones of a model speak.
    public enum Signalling: String, Sendable, Hashable, CaseIterable {
        case sip, sccp
    }

    /// The name that device documents carry, such as `T46S`.
    public let name: String
    /// Other names under which the phone shows itself.
    public let aliases: [String]
    /// The firmware version that the plugin was made for.
    public let version: String?
    /// What kind of device it is.
    public let kind: Kind?
    /// The signalling protocol.
    public let signalling: Signalling?
    /// How many lines (SIP accounts) it has.
    public let lines: Int?
    /// How many function keys it has, without expansion modules.
    public let functionKeys: Int?
    /// How many expansion modules can be attached.
    public let expansionModules: Int?
    /// Members of the templates' own, such as the name of the firmware file.
    public let data: JSONObject
    /// Where it is written.
    public let place: PluginProblem.Place
}
