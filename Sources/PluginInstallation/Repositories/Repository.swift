// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
public import JSONText
public import PluginPackages
import ProvModel

/// A place from which plugins are installed, and what an administrator trusts about it.
public struct Repository: Sendable, Hashable {
    /// The name by which it is known here: letters, digits, `.`, `-` and `_`.
    public let name: String
    /// `https://…`, `http://…`, or an absolute path of a directory, such as that of a USB stick.
    public let url: String
    /// The keys of which one must have signed the index.
    public let keys: [VerifyingKey]
    /// Whether testing packages are offered too.
    public let channel: PackageChannel
    /// Whether its index need not be signed: whoever can change the files, or the way to them, can then install any plugin.
    public let allowsUnsigned: Bool

    /// Checks what an administrator says.
    public init(name: String, url: String, keys: [VerifyingKey], channel: PackageChannel = .stable, allowsUnsigned: Bool = false) throws(PackageError) {
        guard RepositoryIndex.isName(name) else {
            throw PackageError(.malformed, "the repository “\(name)”", "that is no name", remedy: "use at most 64 letters, digits, “.”, “-” and “_”")
        }
        let trimmed = url.hasSuffix("/") && url.count > 1 ? String(url.dropLast()) : url
        let isHTTP = ["http://", "https://"].contains { trimmed.hasPrefix($0) } && URL(string: trimmed)?.host() != nil
        guard trimmed.hasPrefix("/") || isHTTP, trimmed.utf8.count <= 2_048, trimmed.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw PackageError(
                .malformed, "the repository \(name)", "“\(SecretMask.mask(address: url))” is no place", remedy: "write https://…, http://… or the absolute path of a directory")
        }
        guard !keys.isEmpty || allowsUnsigned else {
            throw PackageError(
                .untrusted, "the repository \(name)", "no key is pinned for it",
                remedy: "give the public key of its maintainers; or say that you allow unsigned packages, if nobody else can change its files")
        }
        guard keys.count <= PackageLimits.keys else {
            throw PackageError(.malformed, "the repository \(name)", "it has more than \(PackageLimits.keys) keys", remedy: "leave out those that are not used")
        }
        self.name = name
        self.url = trimmed
        self.keys = keys
        self.channel = channel
        self.allowsUnsigned = allowsUnsigned
    }

    /// Whether it is a directory of this machine.
    public var directory: String? { url.hasPrefix("/") ? url : nil }

    init(_ document: JSONValue) throws(PackageError) {
        var keys: [VerifyingKey] = []
        for key in document["keys"]?.array ?? [] { keys.append(try VerifyingKey(key.string ?? "")) }
        try self.init(
            name: document["name"]?.string ?? "", url: document["url"]?.string ?? "", keys: keys,
            channel: document["channel"]?.string.flatMap(PackageChannel.init) ?? .stable, allowsUnsigned: document["allow_unsigned"]?.bool ?? false)
    }

    /// The repository as a document.
    public var document: JSONObject {
        [
            "name": .string(name), "url": .string(url), "keys": .array(keys.map { .string($0.description) }),
            "channel": .string(channel.rawValue), "allow_unsigned": .bool(allowsUnsigned),
        ]
    }
}
