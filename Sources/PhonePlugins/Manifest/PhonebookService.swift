// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText

/// A manifest's `phonebook` mapping: how the URLs of the directory service are made for a family's phones.
///
/// The service's address and the person are in the raw configuration, by the names that wazo-provd gave them:
/// `X_xivo_phonebook_scheme`, `X_xivo_phonebook_ip`, `X_xivo_phonebook_port` and `X_xivo_user_uuid`.
public struct PhonebookService: Sendable, Hashable {
    /// The entry point where the manifest names none.
    public static let defaultEntry = "input"

    /// The name under which the service knows the phones, such as `yealink`.
    public var vendor: String
    /// The service's entry point, such as `input` or `lookup`.
    public var entry: String
    /// What is added to the URL's query, such as `term=#SEARCH`, which the phone fills in.
    public var query: String?

    /// Describes a service.
    public init(vendor: String, entry: String = Self.defaultEntry, query: String? = nil) {
        self.vendor = vendor
        self.entry = entry
        self.query = query
    }

    /// The URL of the phonebook, or `nil` if the raw configuration lacks the service's address or the person.
    public func url(_ rawConfig: JSONObject) -> String? {
        guard let base = Self.base(rawConfig), let person = Self.text(rawConfig["X_xivo_user_uuid"]) else { return nil }
        return "\(base)/directories/\(entry)/default/\(vendor)?xivo_user_uuid=\(Self.percentEncoded(person))" + (query.map { "&" + $0 } ?? "")
    }

    /// The URL below which a person's services are switched: `…/dnd/enable`, `…/dnd/disable`.
    public func userServicesURL(_ rawConfig: JSONObject) -> String? {
        guard let base = Self.base(rawConfig), let person = Self.text(rawConfig["X_xivo_user_uuid"]) else { return nil }
        return "\(base)/\(vendor)/users/\(Self.percentEncoded(person))/services"
    }

    private static func base(_ rawConfig: JSONObject) -> String? {
        guard let host = text(rawConfig["X_xivo_phonebook_ip"]) else { return nil }
        let scheme = text(rawConfig["X_xivo_phonebook_scheme"]) ?? "http"
        let port = text(rawConfig["X_xivo_phonebook_port"]) ?? "9498"
        let address = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        return "\(scheme)://\(address):\(port)/0.1"
    }

    private static func text(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text)? where !text.isEmpty: text
        case .int(let number)?: String(number)
        default: nil
        }
    }

    /// Everything but the unreserved characters of RFC 3986, 2.3, is encoded.
    private static func percentEncoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            if isASCIIAlphanumeric(byte) || "-._~".utf8.contains(byte) {
                result.unicodeScalars.append(UnicodeScalar(byte))
            } else {
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
