// SPDX-License-Identifier: GPL-3.0-or-later

/// What can be learnt about a device from a request.
public enum IdentityKey: String, Sendable, Hashable, CaseIterable {
    case vendor, model, version, mac, serial, uuid
}

/// What is said of a device: a text for each key of which something is known.
///
/// MAC addresses have the form of device documents, models the name that a plugin lists them under.
public struct PhoneIdentity: Sendable, Hashable {
    private var vendor: String?
    private var model: String?
    private var version: String?
    private var mac: String?
    private var serial: String?
    private var uuid: String?

    /// Says nothing.
    public init() {}

    /// The text of a key, or `nil` if nothing is known.
    public subscript(key: IdentityKey) -> String? {
        get {
            switch key {
            case .vendor: vendor
            case .model: model
            case .version: version
            case .mac: mac
            case .serial: serial
            case .uuid: uuid
            }
        }
        set {
            switch key {
            case .vendor: vendor = newValue
            case .model: model = newValue
            case .version: version = newValue
            case .mac: mac = newValue
            case .serial: serial = newValue
            case .uuid: uuid = newValue
            }
        }
    }

    /// Whether nothing is known.
    public var isEmpty: Bool {
        vendor == nil && model == nil && version == nil && mac == nil && serial == nil && uuid == nil
    }
}

extension PhoneIdentity: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (IdentityKey, String)...) {
        for (key, text) in elements { self[key] = text }
    }
}

extension PhoneIdentity: CustomStringConvertible {
    public var description: String {
        isEmpty ? "nothing" : IdentityKey.allCases.compactMap { key in self[key].map { "\(key.rawValue) \($0)" } }.joined(separator: ", ")
    }
}
