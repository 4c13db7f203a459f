// SPDX-License-Identifier: GPL-3.0-or-later

/// A message of the Asterisk Manager Interface: lines `NAME: VALUE`, of which names can come more than once.
///
/// The first line says what it is: `Action` from a client, `Response` or `Event` from Asterisk (main/manager.c).
public struct AMIMessage: Sendable, Hashable {
    /// One line.
    public struct Field: Sendable, Hashable {
        /// The name as it was written; names are compared without regard to case.
        public let name: String
        /// The value.
        public let value: String

        /// Makes a line.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The lines in their order.
    public private(set) var fields: [Field]

    /// Makes a message.
    public init(_ fields: [Field]) { self.fields = fields }

    /// Makes an action.
    ///
    /// - Parameters:
    ///   - action: Its name, such as `PJSIPNotify`.
    ///   - fields: What it needs.
    public init(action: String, _ fields: [Field] = []) { self.fields = [Field("Action", action)] + fields }

    /// The first value of a name, or `nil`.
    public subscript(name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name.lowercased() == name }?.value
    }

    /// All values of a name.
    public func all(_ name: String) -> [String] {
        let name = name.lowercased()
        return fields.filter { $0.name.lowercased() == name }.map(\.value)
    }

    /// The event's name, if it is one.
    public var event: String? { fields.first?.name.lowercased() == "event" ? fields.first?.value : nil }

    /// The same action with a number by which its answer is known, as the second line.
    public func numbered(_ id: String) -> AMIMessage {
        var message = self
        message.fields.insert(Field("ActionID", id), at: min(1, fields.count))
        return message
    }

    /// The bytes with the empty line at their end.
    ///
    /// - Throws: `lineBreak` if a value holds one: what follows it would be a line of its own.
    public var encoded: [UInt8] {
        get throws(AsteriskWireError) {
            var bytes: [UInt8] = []
            for field in fields {
                guard (field.name + field.value).utf8.allSatisfy({ $0 != 0x0A && $0 != 0x0D && $0 != 0 }) else { throw .lineBreak(field: field.name) }
                bytes.append(contentsOf: "\(field.name): \(field.value)\r\n".utf8)
            }
            bytes.append(contentsOf: [0x0D, 0x0A])
            return bytes
        }
    }
}
