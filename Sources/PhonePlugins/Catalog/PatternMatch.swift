// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// One plugin's pattern that matched a request, and what follows from it: evidence, not a decision.
public struct PatternMatch: Sendable, Hashable {
    /// The plugin whose pattern it is.
    public let plugin: PluginID
    /// The part of the request.
    public let field: PatternField
    /// The pattern as the manifest has it.
    public let pattern: String
    /// How much of the pattern is literal text, in bytes.
    public let specificity: Int
    /// What the plugin says of the device; MAC addresses in the form of device documents, models by their listed names.
    public let claims: PhoneIdentity

    /// The hardware address.
    public var mac: MACAddress? { claims[.mac].flatMap { MACAddress($0) } }
    /// The manufacturer.
    public var vendor: String? { claims[.vendor] }
    /// The model.
    public var model: String? { claims[.model] }
    /// The firmware version.
    public var version: String? { claims[.version] }
    /// The serial number.
    public var serial: String? { claims[.serial] }
    /// The device's own identifier.
    public var uuid: String? { claims[.uuid] }

    /// Why, in words.
    public var basis: String { "\(plugin): \(resemblance)" }

    /// What of the request is like what, without saying which plugin knows it.
    public var resemblance: String { "\(field.words) is like “\(pattern)”" }
}

extension PatternField {
    var words: String {
        switch self {
        case .path: "the path"
        case .userAgent: "the user agent"
        case .vendorClass: "the vendor class"
        case .userClass: "the user class"
        case .hostname: "the host name"
        }
    }
}

extension PatternRule {
    /// What a match says, checked and brought into the form of device documents.
    ///
    /// - Parameter captures: The texts that the pattern's placeholders took, from the left.
    func identity(_ captures: [String], in manifest: PluginManifest, macs: inout MACForms) -> PhoneIdentity {
        var identity = PhoneIdentity()
        for (key, template) in claims {
            let text = template.text(for: captures)
            switch key {
            case .mac: identity[key] = macs.documentForm(of: text)
            case .model: identity[key] = manifest.listedName(ofModel: text) ?? text
            case .vendor, .version, .serial, .uuid: if !text.isEmpty { identity[key] = text }
            }
        }
        return identity
    }
}

/// MAC addresses in the form of device documents. Of one request most patterns capture the same address, so the last one is kept.
struct MACForms {
    private var last: (text: String, form: String?) = ("", nil)

    /// The address as device documents hold it; `nil` for what is no phone's address.
    mutating func documentForm(of text: String) -> String? {
        if last.text != text {
            // Some phones ask for 000000000000.cfg when they mean everybody.
            let mac = MACAddress(text).flatMap { $0.isMulticast || $0.octets.allSatisfy { $0 == 0 } ? nil : $0 }
            last = (text, mac?.description)
        }
        return last.form
    }
}
