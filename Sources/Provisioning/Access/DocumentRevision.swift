// SPDX-License-Identifier: GPL-3.0-or-later

import Crypto
public import JSONText

/// The state of a document that somebody saw, by which it is noticed that somebody else changed it since.
public struct DocumentRevision: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// Takes a revision as a client names it.
    public init(_ text: String) { description = text }

    /// The revision of a document: a hash of all that is in it, so that equal documents have equal revisions.
    public init(of document: JSONValue) {
        // 96 bits: nobody gains by making two of his documents equal.
        description = String(SHA256.hash(data: document.serialized(.sorted)).hexadecimal.prefix(24))
    }
}

/// What the state of a document must be for a change to be made.
public struct ExpectedRevision: Sendable, Equatable {
    private let allowed: Set<DocumentRevision>?

    /// Any state will do.
    public static let any = ExpectedRevision(allowed: nil)

    /// One of these states.
    public init(oneOf revisions: some Sequence<DocumentRevision>) { allowed = Set(revisions) }

    private init(allowed: Set<DocumentRevision>?) { self.allowed = allowed }

    /// Checks that there may be no document yet: who names a state that he saw means one that is gone.
    ///
    /// - Throws: ``RevisionConflict`` if a state is expected.
    public func checkNothing() throws(RevisionConflict) {
        if let allowed, !allowed.isEmpty { throw RevisionConflict() }
    }

    /// Checks the state, in the transaction that makes the change.
    ///
    /// - Throws: ``RevisionConflict`` if somebody changed the document since.
    public func check(_ revision: @autoclosure () -> DocumentRevision) throws(RevisionConflict) {
        guard let allowed, !allowed.contains(revision()) else { return }
        throw RevisionConflict()
    }
}

/// A change was refused because the document is not as its author saw it.
public struct RevisionConflict: Error, Sendable, Equatable, CustomStringConvertible {
    public var description: String { "it was changed meanwhile: get it again, and make your change to what it is now" }
}
