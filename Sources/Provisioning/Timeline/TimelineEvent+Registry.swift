// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import PhonePlugins
public import ProvModel

extension TimelineEvent {
    static func recognised(_ device: Device, _ sighting: Sighting, now: Double) -> TimelineEvent {
        TimelineEvent(
            device: device.id, mac: device.mac, time: now, step: .recognised,
            text: "first seen by \(sighting.source.words): \(device.nameInWords)\(because(sighting.basis))",
            details: details(device, sighting))
    }

    static func learned(_ device: Device, before: Device, _ sighting: Sighting, now: Double) -> TimelineEvent {
        var news: [String] = []
        if device.vendor != before.vendor || device.model != before.model { news.append("it is \(device.nameInWords)") }
        if device.version != before.version, let version = device.version {
            news.append(before.version.map { "its firmware is now \(version), it was \($0)" } ?? "its firmware is \(version)")
        }
        return TimelineEvent(
            device: device.id, mac: device.mac, time: now, step: .recognised,
            text: "\(sighting.source.words) tells more: \(news.joined(separator: ", "))\(because(sighting.basis))",
            details: details(device, sighting))
    }

    static func associated(_ device: Device, _ support: SupportClaim, now: Double) -> TimelineEvent {
        TimelineEvent(
            device: device.id, mac: device.mac, time: now, step: .associated,
            text: "plugin \(support.plugin) serves it: \(support.level), because \(support.why)",
            details: ["plugin": .string(support.plugin.description), "level": .int(support.level.value)])
    }

    private static func because(_ basis: [String]) -> String {
        basis.first.map { ", because \($0)" } ?? ""
    }

    private static func details(_ device: Device, _ sighting: Sighting) -> JSONObject {
        var details: JSONObject = ["source": .string(sighting.source.rawValue)]
        details["vendor"] = device.vendor.map(JSONValue.string)
        details["model"] = device.model.map(JSONValue.string)
        details["version"] = device.version.map(JSONValue.string)
        details["ip"] = sighting.ip.map { .string($0.description) }
        details["basis"] = .array(sighting.basis.map(JSONValue.string))
        return details
    }
}

extension Sighting.Source {
    /// The source at the beginning or in the middle of a sentence.
    var words: String {
        switch self {
        case .dhcp: "DHCP"
        case .http: "HTTP"
        case .tftp: "TFTP"
        case .sip: "SIP"
        case .administrator: "an administrator"
        }
    }
}

extension Device {
    /// Vendor and model for people.
    public var nameInWords: String {
        switch (vendor, model) {
        case (let vendor?, let model?): "\(vendor) \(model)"
        case (let vendor?, nil): "a \(vendor) device"
        case (nil, let model?): model
        case (nil, nil): "a device of unknown make"
        }
    }
}
