// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import ProvModel

/// The rules for config documents from clients.
enum ConfigDocument {
    /// Checks a document.
    ///
    /// - Throws: `DocumentError` that names the member.
    static func check(_ document: JSONObject, id: ConfigID, isZone: (String) -> Bool) throws(DocumentError) -> Config {
        guard let parents = document["parent_ids"]?.array, parents.allSatisfy({ $0.string != nil }) else {
            throw DocumentError("parent_ids", "parent_ids is a list of config ids; it may be empty but not left out")
        }
        guard let rawConfig = document["raw_config"]?.object else {
            throw DocumentError("raw_config", "raw_config is an object; it may be empty but not left out")
        }
        for name in ["deletable", "transient"] {
            switch document[name] {
            case nil, .null?, .bool?, .int(0)?, .int(1)?: break
            default: throw DocumentError(name, "\(name) is true or false")
            }
        }
        if let role = document["role"], !role.isNull, role.string == nil { throw DocumentError("role", "role is a text") }
        try RawConfigRules.check(rawConfig, isZone: isZone)
        guard document["X_type"]?.string == "device" else { return Config(id: id, document: document) }
        // wazo-confd sends such configs with nulls for what is not set, and means that nothing is said.
        return Config(id: id, document: withoutNulls(document))
    }

    private static func withoutNulls(_ object: JSONObject) -> JSONObject {
        JSONObject(object.compactMap { name, value in value.isNull ? nil : (name, withoutNulls(value)) })
    }

    private static func withoutNulls(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object): .object(withoutNulls(object))
        case .array(let elements): .array(elements.map(withoutNulls))
        case .null, .bool, .int, .double, .string: value
        }
    }
}
