// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText

/// Who changes something on purpose, as opposed to a phone that shows itself.
public struct AuditActor: Sendable, Equatable {
    /// The key of the token, or how wazo-auth calls the user.
    public let name: String
    /// The tenant for which it acts.
    public let tenant: TenantID
    /// The address from which the request came.
    public let address: String

    /// Makes an actor.
    public init(name: String, tenant: TenantID, address: String) {
        self.name = name
        self.tenant = tenant
        self.address = address
    }

    /// Who acts in this task. The storage writes an audit entry with each change that is made while it is set, in the
    /// same transaction: no use case can forget it, and no change is acknowledged without its entry.
    @TaskLocal public static var current: AuditActor?
}

/// One change that somebody made, with secrets masked.
public struct AuditEntry: Sendable, Equatable {
    /// What was done.
    public enum Action: String, Sendable {
        case created, changed, deleted
    }

    /// The position in the log: later entries have greater numbers. Zero until stored.
    public var id: Int64
    /// When, in seconds since 1970.
    public let time: Double
    /// Who.
    public let actor: AuditActor
    /// What was done.
    public let action: Action
    /// To what kind of thing: `device`, `config`, `line`, `tenant`, `token`, `parameter`, `lock`, `plugin`, `firmware`,
    /// `template`, `repository`.
    public let kind: String
    /// To which one.
    public let subject: String
    /// What was different before; null for what was made.
    public let before: JSONValue
    /// What is different now; null for what was deleted.
    public let after: JSONValue

    /// Makes an entry.
    public init(
        id: Int64 = 0, time: Double, actor: AuditActor, action: Action, kind: String, subject: String, before: JSONValue, after: JSONValue
    ) {
        self.id = id
        self.time = time
        self.actor = actor
        self.action = action
        self.kind = kind
        self.subject = subject
        self.before = before
        self.after = after
    }

    /// Makes the entry of a change: what is equal on both sides is left out, and secrets are masked.
    ///
    /// - Returns: `nil` if nothing changed.
    public init?(time: Double, actor: AuditActor, kind: String, subject: String, from before: JSONValue?, to after: JSONValue?) {
        guard before != after else { return nil }
        let action: Action = before == nil ? .created : after == nil ? .deleted : .changed
        var old = before ?? .null, new = after ?? .null
        if case .object(let left) = old, case .object(let right) = new { (old, new) = Self.differences(left, right) }
        self.init(time: time, actor: actor, action: action, kind: kind, subject: subject, before: SecretMask.mask(old), after: SecretMask.mask(new))
    }

    private static func differences(_ left: JSONObject, _ right: JSONObject) -> (JSONValue, JSONValue) {
        var before = JSONObject(), after = JSONObject()
        for name in left.keys + right.keys.filter({ left[$0] == nil }) where left[name] != right[name] {
            if case .object(let old)? = left[name], case .object(let new)? = right[name] {
                (before[name], after[name]) = differences(old, new)
            } else {
                before[name] = left[name]
                after[name] = right[name]
            }
        }
        return (.object(before), .object(after))
    }
}
