// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText

/// What a rollout changes of each phone, and how it is taken back.
enum RolloutChange: Sendable, Equatable {
    /// The plugin, and with it the firmware that the plugin is made for.
    case plugin(String)
    /// The config document.
    case config(String)
    /// The template (`configdevice`) that the phone's own config inherits from.
    case template(String)

    /// What the phones get, for people.
    var words: String {
        switch self {
        case .plugin(let id): "plugin \(id)"
        case .config(let id): "config \(id)"
        case .template(let id): "template \(id)"
        }
    }

    /// One change of one document, and the one that undoes it.
    struct Step: Sendable, Equatable {
        /// The path of the document.
        let path: String
        /// The merge patch that makes the change.
        let patch: JSONValue
        /// The merge patch that takes it back.
        let undo: JSONValue
    }

    /// The change for one phone, or `nil` if it has what it should have, or cannot have it.
    ///
    /// - Parameters:
    ///   - device: The device's document.
    ///   - config: The document of its config, if it is known.
    func step(for device: JSONValue, config: JSONValue?) throws -> Step? {
        switch self {
        case .plugin(let id): return try Self.member("plugin", id, of: device)
        case .config(let id): return try Self.member("config", id, of: device)
        case .template(let id):
            // Only a config of the phone's own has a template; one that several share is not ours to change.
            guard let config, let key = config["id"]?.string, key == device["id"]?.string, let former = config["configdevice"]?.string, former != id,
                let parents = config["parent_ids"]?.array
            else { return nil }
            return Step(
                path: "/1.0/configs/\(try PathSegment.encode(key))",
                patch: ["configdevice": .string(id), "parent_ids": .array(parents.map { $0.string == former ? .string(id) : $0 })],
                undo: ["configdevice": .string(former), "parent_ids": .array(parents)])
        }
    }

    private static func member(_ name: String, _ value: String, of device: JSONValue) throws -> Step? {
        guard device[name]?.string != value, let id = device["id"]?.string else { return nil }
        return Step(
            path: "/1.0/devices/\(try PathSegment.encode(id))", patch: .object([name: .string(value)]),
            undo: .object([name: device[name] ?? .null]))
    }
}
