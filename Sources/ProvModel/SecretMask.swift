// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText

/// Hides what must be told to nobody.
public enum SecretMask {
    /// What stands for a secret.
    public static let text = "********"

    /// The members that hold secrets, besides those whose name ends in `password`, `secret` or `_key`.
    private static let names: Set<String> = ["provisioning_code", "password", "secret", "token"]
    /// Members that look like secrets by their name and are none.
    private static let openNames: Set<String> = ["X_key"]
    /// Members that hold an address of a proxy, with a password or without.
    private static let proxies: Set<String> = ["http_proxy", "ftp_proxy", "https_proxy"]

    /// Whether a member holds a secret.
    public static func isSecret(_ name: String) -> Bool {
        if openNames.contains(name) { return false }
        return names.contains(name) || name.hasSuffix("password") || name.hasSuffix("secret") || name.hasSuffix("_key")
    }

    /// The text with the password of an address such as `https://user:password@example.org/` masked (RFC 3986, 3.2.1).
    public static func mask(address text: String) -> String {
        guard let scheme = text.firstRange(of: "://") else { return text }
        let authority = text[scheme.upperBound...].prefix { !"/?#".contains($0) }
        // A password may hold an “@” that somebody forgot to escape: the last one counts.
        guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else { return text }
        return text[...colon] + Self.text + text[at...]
    }

    /// The same of a proxy, which may be written without a scheme, as `user:password@proxy:3128`.
    public static func mask(proxy text: String) -> String {
        let scheme = "proxy://"
        guard text.firstRange(of: "://") == nil else { return mask(address: text) }
        return String(mask(address: scheme + text).dropFirst(scheme.count))
    }

    /// The value with every secret in it masked. Null and empty texts hide nothing and stay.
    public static func mask(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object): .object(mask(object))
        case .array(let elements): .array(elements.map(mask))
        case .string(let text): .string(mask(address: text))
        case .null, .bool, .int, .double: value
        }
    }

    /// The object with every secret in it masked.
    public static func mask(_ object: JSONObject) -> JSONObject {
        JSONObject(
            object.map { name, value in
                if proxies.contains(name), let proxy = value.string { return (name, .string(mask(proxy: proxy))) }
                let hides = isSecret(name) && !value.isNull && value != ""
                return (name, hides ? .string(text) : mask(value))
            })
    }
}
