// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import Jinja

extension JinjaValue {
    /// The same value for a template.
    init(_ json: JSONValue) {
        switch json {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .int(let number): self = .int(number)
        case .double(let number): self = .double(number)
        case .string(let text): self = .string(text)
        case .array(let values): self = .list(values.map { JinjaValue($0) })
        case .object(let object): self = .dict(JinjaDict(object))
        }
    }
}

extension JinjaDict {
    /// The same members for a template.
    init(_ object: JSONObject) {
        self.init()
        for (name, value) in object { self[name] = JinjaValue(value) }
    }
}
