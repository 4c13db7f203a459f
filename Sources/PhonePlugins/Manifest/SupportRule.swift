// SPDX-License-Identifier: GPL-3.0-or-later

/// How well a plugin serves a device, from 0 to 600; wazo-provd's scale.
public struct SupportLevel: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The level as a number.
    public let value: Int

    /// Makes a level; numbers outside 0 … 600 become the nearest bound.
    public init(_ value: Int) { self.value = min(max(value, 0), 600) }

    /// The plugin must not be used for it.
    public static let none = SupportLevel(0)
    /// It is made by another manufacturer.
    public static let improbable = SupportLevel(100)
    /// Nothing is known.
    public static let unknown = SupportLevel(200)
    /// The manufacturer is right. From here on a device is associated with a plugin by itself.
    public static let probable = SupportLevel(300)
    /// The model is served in part.
    public static let incomplete = SupportLevel(400)
    /// The model is served.
    public static let complete = SupportLevel(500)
    /// The model is served with just this firmware.
    public static let exact = SupportLevel(600)

    static let names: [(name: String, level: SupportLevel)] = [
        ("none", .none), ("improbable", .improbable), ("unknown", .unknown), ("probable", .probable), ("incomplete", .incomplete),
        ("complete", .complete), ("exact", .exact),
    ]

    /// Reads a name or a number.
    init?(_ text: String) {
        if let named = Self.names.first(where: { $0.name == text }) {
            self = named.level
        } else if let number = Int(text), (0...600).contains(number) {
            self.init(number)
        } else {
            return nil
        }
    }

    /// Whether a device without a plugin is given one of this level.
    public var associates: Bool { self >= .probable }

    public var description: String { Self.names.first { $0.level == self }?.name ?? String(value) }

    public static func < (left: SupportLevel, right: SupportLevel) -> Bool { left.value < right.value }
}

/// One line of a manifest's `support` list: a condition on model and version, and the level when it holds.
struct SupportRule: Sendable {
    enum Condition: Sendable {
        case always
        /// Model: in the models table. Version: the one that the table gives for the model.
        case listed
        /// Nothing is known of it.
        case absent
        /// Known, and not `listed`.
        case other
        /// Of this form.
        case like(CompiledPattern)
    }

    let model: Condition
    let version: Condition
    let level: SupportLevel

    /// What holds when a manifest has no `support` list.
    static let standard: [SupportRule] = [
        SupportRule(model: .listed, version: .listed, level: .exact),
        SupportRule(model: .listed, version: .always, level: .complete),
        SupportRule(model: .always, version: .always, level: .probable),
    ]

    /// Whether the rule holds for a device.
    ///
    /// - Parameter known: The entry of the models table, if the model is in it.
    func holds(model name: String?, known: PhoneModel?, version text: String?) -> Bool {
        let modelHolds =
            switch model {
            case .always: true
            case .listed: known != nil
            case .absent: name == nil
            case .other: name != nil && known == nil
            case .like(let pattern): name.map { pattern.match($0) != nil } ?? false
            }
        guard modelHolds else { return false }
        let isListed = text != nil && known?.version == text
        return switch version {
        case .always: true
        case .listed: isListed
        case .absent: text == nil
        case .other: text != nil && !isListed
        case .like(let pattern): text.map { pattern.match($0) != nil } ?? false
        }
    }

    /// The condition in words, for explanations.
    var words: String {
        func words(_ subject: String, _ condition: Condition) -> String? {
            switch condition {
            case .always: nil
            case .listed: "the \(subject) is listed"
            case .absent: "the \(subject) is not known"
            case .other: "the \(subject) is not listed"
            case .like(let pattern): "the \(subject) is like \(pattern.text)"
            }
        }
        let parts = [words("model", model), words("version", version)].compactMap(\.self)
        return parts.isEmpty ? "the vendor is right" : parts.joined(separator: " and ")
    }
}
