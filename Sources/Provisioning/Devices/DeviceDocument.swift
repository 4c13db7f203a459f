// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes

/// Why a document cannot be stored.
public struct DocumentError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The member that is wrong.
    public let field: String
    /// What is wrong and what to do.
    public let description: String

    init(_ field: String, _ description: String) {
        self.field = field
        self.description = description
    }
}

/// The rules for device documents from clients.
enum DeviceDocument {
    private static let texts = ["vendor", "model", "version", "plugin", "config", "description", "sn", "uuid", "remote_state_sip_username"]

    /// Checks a document.
    ///
    /// - Returns: The document, without the members that are the server's own.
    /// - Throws: `DocumentError` that names the member.
    static func check(_ document: JSONObject) throws(DocumentError) -> JSONObject {
        if let mac = document["mac"], !mac.isNull {
            guard let text = mac.string, let address = MACAddress(text), address.description == text else {
                throw DocumentError("mac", "a mac is null or six groups of two lower-case digits with colons, as 00:15:65:aa:bb:cc")
            }
        }
        if let ip = document["ip"], !ip.isNull, ip.string != "" {
            guard let text = ip.string, IPAddress(text) != nil else {
                throw DocumentError("ip", "an ip is null or an address, as 192.0.2.7")
            }
        }
        for name in texts {
            switch document[name] {
            case nil, .null?, .string?, .int?, .double?: break
            default: throw DocumentError(name, "\(name) is null or a text")
            }
        }
        if let options = document["options"], !options.isNull, options.object == nil {
            throw DocumentError("options", "options is an object")
        }
        var checked = document
        for name in ["configured", "is_new", "tenant_uuid", "ip_claimed"] { checked[name] = nil }
        return checked
    }
}
