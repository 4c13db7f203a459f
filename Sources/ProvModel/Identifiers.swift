// SPDX-License-Identifier: GPL-3.0-or-later

/// The identifier of a device document.
///
/// It becomes part of URLs, so that only letters, digits, `-`, `_` and `.` are allowed.
public struct DeviceID: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// Takes an identifier as it is in the database, where it was checked when it was stored.
    public init(stored text: String) { description = text }

    /// Checks an identifier from outside.
    ///
    /// - Returns: `nil` unless it has 1 to 128 letters, digits, `-`, `_` and `.`, and does not begin with a dot.
    public init?(_ text: String) {
        guard isDocumentIdentifier(text) else { return nil }
        description = text
    }
}

/// The identifier of a config document, with the same alphabet as `DeviceID`.
public struct ConfigID: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// Takes an identifier as it is in the database or in a reference, which may dangle.
    public init(stored text: String) { description = text }

    /// Checks an identifier from outside, as `DeviceID` does.
    public init?(_ text: String) {
        guard isDocumentIdentifier(text) else { return nil }
        description = text
    }

    /// The config that all others inherit from, made at first start.
    public static let base = ConfigID(stored: "base")
    /// The settings that devices share, made at first start.
    public static let defaultDevice = ConfigID(stored: "defaultconfigdevice")
    /// The template of the configs of devices without a line, made at first start.
    public static let autoprov = ConfigID(stored: "autoprov")
    /// Where lines register unless they say otherwise, made at first start.
    public static let defaultRegistrar = ConfigID(stored: "default")
}

/// The identifier of a line.
public struct LineID: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// Takes an identifier as it is in the database or a request.
    public init(_ text: String) { description = text }
}

/// The identifier of a tenant, a UUID in text.
public struct TenantID: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// Takes an identifier as it is in the database or a request.
    public init(_ text: String) { description = text }
}

private func isDocumentIdentifier(_ text: String) -> Bool {
    let allowed: (UInt8) -> Bool = { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
    return (1...128).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: ".") && text.utf8.allSatisfy(allowed)
}
