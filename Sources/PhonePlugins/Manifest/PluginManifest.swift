// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText
public import NetTypes

/// What a plugin's `plugin.yml` says, with the family's `common.yml` merged in.
public struct PluginManifest: Sendable {
    /// The plugin's name.
    public let id: PluginID
    /// The version of the data package; ordered as ``compareNumerically(_:_:)`` does.
    public let version: String
    /// The oldest provd that can serve it.
    public let minimumProvd: String?
    /// The manufacturer, as device documents name it.
    public let vendor: String
    /// What it is, by language: `en`, `fr`, `fr_CA`.
    public let descriptions: [String: String]
    /// The models, in the manifest's order.
    public let models: [PhoneModel]
    /// The model whose entry stands for models that are not listed; without it, such devices get no files that depend on the model.
    public let defaultModel: PhoneModel?
    /// How phones show themselves.
    public let patterns: [PatternRule]
    /// The manufacturer's prefixes of MAC addresses.
    public let ouis: [OUI]
    /// The files it serves, in the order in which a phone asks for them.
    public let files: [FileRule]
    /// Tables of values for the templates.
    public let tables: JSONObject
    /// Firmware and languages that can be downloaded and are then served by the `directory` rules.
    public let firmwarePackages: [FirmwarePackage]
    /// How a phone is told to fetch its configuration again.
    public let synchronisation: Synchronisation
    /// What phones may send with PUT and POST, such as their logs.
    public let uploads: [UploadRule]
    /// Which TFTP options the phones can be given.
    public let tftpOptions: TFTPOptionRules
    /// Where the phones' directory of people is, if they have one.
    public let phonebook: PhonebookService?
    /// Parameters of raw configurations that the phones cannot express, with the reason.
    public let unsupportedParameters: [String: String]
    let support: [SupportRule]
    /// Names and aliases in lower case, with the place in `models`.
    let modelIndex: [String: Int]

    /// The entry of a model, by its name or an alias, whatever the case.
    public func model(named name: String) -> PhoneModel? { modelIndex[name.lowercased()].map { models[$0] } }

    /// The name under which a model is listed, by its name or an alias, whatever the case.
    func listedName(ofModel name: String) -> String? { modelIndex[name.lowercased()].map { models[$0].name } }

    /// The description in a language, by its tag (`fr_CA`), its language alone (`fr`), or English.
    public func description(locale: String?) -> String? {
        locale.flatMap { descriptions[$0] ?? descriptions[String($0.prefix(2))] } ?? descriptions["en"] ?? descriptions.sorted { $0.key < $1.key }.first?.value
    }
}
