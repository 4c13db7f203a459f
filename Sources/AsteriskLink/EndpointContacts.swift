// SPDX-License-Identifier: GPL-3.0-or-later

import AsteriskWire

/// Which endpoints are registered at Asterisk, by what it lists and tells.
struct EndpointContacts: Sendable {
    /// A change of an endpoint's contacts.
    struct Change: Sendable, Hashable {
        /// What changed.
        enum Kind: Sendable, Hashable { case began, continued, ended }

        let endpoint: String
        let uri: String
        let kind: Kind
    }

    /// More endpoints than one Asterisk serves.
    private static let maximumEndpoints = 100_000
    /// More contacts than an address of record allows (`max_contacts`).
    private static let maximumContacts = 16

    /// By endpoint, then by URI: when the contact ends, if that is known.
    private var contacts: [String: [String: Int?]] = [:]
    /// Whether Asterisk has listed all of them since the connection began.
    private(set) var isComplete = false

    /// Whether an endpoint is registered; `nil` if that is not known.
    func isRegistered(_ endpoint: String) -> Bool? {
        if contacts[endpoint] != nil { return true }
        return isComplete ? false : nil
    }

    /// The connection ended: what changes now is not heard.
    mutating func connectionEnded() { isComplete = false }

    /// Asterisk told of one contact.
    mutating func apply(_ contact: AMIContact) -> Change? {
        let known = contacts[contact.endpoint]?[contact.uri] != nil
        guard !contact.isRemoved else {
            contacts[contact.endpoint]?[contact.uri] = nil
            if contacts[contact.endpoint]?.isEmpty == true { contacts[contact.endpoint] = nil }
            return known ? Change(endpoint: contact.endpoint, uri: contact.uri, kind: .ended) : nil
        }
        guard contacts.count < Self.maximumEndpoints || contacts[contact.endpoint] != nil,
            known || contacts[contact.endpoint]?.count ?? 0 < Self.maximumContacts
        else { return nil }
        let former = contacts[contact.endpoint]?[contact.uri] ?? nil
        contacts[contact.endpoint, default: [:]][contact.uri] = .some(contact.expires ?? former)
        guard known else { return Change(endpoint: contact.endpoint, uri: contact.uri, kind: .began) }
        // A new end shows a new REGISTER; a change of reachability alone does not.
        guard let expires = contact.expires, let former, expires > former else { return nil }
        return Change(endpoint: contact.endpoint, uri: contact.uri, kind: .continued)
    }

    /// Asterisk listed all contacts.
    ///
    /// - Returns: What changed. In the first list all are only continued: they registered some time ago.
    mutating func replace(with list: [AMIContact]) -> [Change] {
        let isFirst = contacts.isEmpty && !isComplete
        var changes: [Change] = []
        let listed = Set(list.map { [$0.endpoint, $0.uri] })
        for (endpoint, uris) in contacts {
            for uri in uris.keys where !listed.contains([endpoint, uri]) {
                contacts[endpoint]?[uri] = nil
                changes.append(Change(endpoint: endpoint, uri: uri, kind: .ended))
            }
            if contacts[endpoint]?.isEmpty == true { contacts[endpoint] = nil }
        }
        for contact in list {
            guard let change = apply(contact) else { continue }
            changes.append(isFirst ? Change(endpoint: change.endpoint, uri: change.uri, kind: .continued) : change)
        }
        isComplete = true
        return changes
    }
}
