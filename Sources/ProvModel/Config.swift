// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText

/// A config document: parameters for devices, inherited from parents.
public struct Config: Sendable, Hashable {
    /// The document's key.
    public let id: ConfigID
    /// Every member but `id`. Members that provd does not know are kept.
    public var document: JSONObject

    /// Makes a config of a document; a member `id` in it is left out.
    public init(id: ConfigID, document: JSONObject) {
        self.id = id
        self.document = document
        self.document["id"] = nil
    }

    /// Makes a config of its two required members.
    public init(id: ConfigID, parents: [ConfigID], rawConfig: JSONObject) {
        self.init(
            id: id,
            document: [
                "parent_ids": .array(parents.map { .string($0.description) }), "raw_config": .object(rawConfig),
            ])
    }

    /// The document with its `id` first, as clients see it.
    public var fullDocument: JSONObject {
        var full: JSONObject = ["id": .string(id.description)]
        for (key, value) in document { full[key] = value }
        return full
    }

    /// The configs from which this one inherits; of two parents the later one wins. They need not exist.
    public var parents: [ConfigID] {
        document["parent_ids"]?.array?.compactMap { $0.string.map(ConfigID.init(stored:)) } ?? []
    }
    /// The parameters that this config sets itself.
    public var rawConfig: JSONObject {
        get { document["raw_config"]?.object ?? [:] }
        set { document["raw_config"] = .object(newValue) }
    }
    /// Whether a client may delete it.
    public var isDeletable: Bool { document["deletable"]?.bool ?? true }
    /// Whether it goes when the last device on it goes.
    public var isTransient: Bool { document["transient"]?.bool ?? false }
    /// `autocreate` for the template of configs of new devices.
    public var role: String? { document["role"]?.string }
}
