// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// One line of a manifest's `uploads` list: a path to which phones send something, such as their log, and how much is taken.
public struct UploadRule: Sendable {
    /// The methods by which phones send files (RFC 9110, 9.3).
    public enum Method: String, Sendable, Hashable, CaseIterable {
        case put, post
    }

    /// The size up to which a file is taken where the manifest says nothing: some weeks of a phone's log.
    public static let defaultMaximumSize = 1 << 20

    /// The path, beginning with a slash.
    public let path: Pattern
    /// The methods that are accepted.
    public let methods: Set<Method>
    /// The largest file that is taken, in bytes.
    public let maximumSize: Int
    /// Where it is written.
    public let place: PluginProblem.Place
}

/// A path to which a plugin's phones may send a file.
public struct UploadMatch: Sendable {
    /// The rule.
    public let rule: UploadRule
    /// What the path's placeholders took, by name.
    public let captures: [String: String]

    /// The hardware address in the path, if it has one: only that device may send the file.
    public var mac: MACAddress? { captures["mac"].flatMap { MACAddress($0) } }
}

extension Plugin {
    /// The rule by which a phone may send a file, or `nil` if the plugin takes none under that path.
    ///
    /// - Parameters:
    ///   - path: The path, percent-decoded, with or without a slash in front.
    ///   - mac: The device's address: rules whose path names another device's do not hold. `nil` to leave this to the caller.
    public func upload(toPath path: String, method: UploadRule.Method, mac: MACAddress? = nil) -> UploadMatch? {
        let relative = path.hasPrefix("/") ? path.dropFirst() : path[...]
        guard PluginPath.isSafe(relative) else { return nil }
        for rule in manifest.uploads where rule.methods.contains(method) {
            guard let captures = rule.path.match("/" + relative) else { continue }
            if let mac, let named = captures["mac"], MACAddress(named) != mac { continue }
            return UploadMatch(rule: rule, captures: captures)
        }
        return nil
    }
}
