// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import ProvModel

/// Documents that are read part by part.
struct DocumentParts: Sendable {
    /// How many documents are read at once: about a megabyte, and some milliseconds of a connection to the database.
    private static let length = 1_000

    private let read: @Sendable (_ position: Int64?, _ limit: Int) async throws -> Page<JSONObject>

    /// Makes parts of what brings them, which is told the position after which to begin and how many are wanted.
    init(_ read: @escaping @Sendable (_ position: Int64?, _ limit: Int) async throws -> Page<JSONObject>) { self.read = read }

    /// Makes one part of documents that are at hand.
    init(_ documents: [JSONObject]) { read = { _, _ in Page(documents, next: nil) } }

    /// The part after a position.
    func part(after position: Int64?) async throws -> Page<JSONObject> { try await read(position, Self.length) }
}

/// An object with one member, a list of documents, as `{"devices":[…]}`.
private struct DocumentListBody: PiecewiseBody {
    let parts: DocumentParts
    var listing: DocumentListing
    /// What stands before the first document, until it is written.
    var beginning: [UInt8]
    var position: Int64?

    mutating func writePiece(to bytes: inout [UInt8]) async throws -> Bool {
        bytes += beginning
        beginning = []
        let part = try await parts.part(after: position)
        listing.take(part.elements, writingTo: &bytes)
        position = part.next
        if position != nil, !listing.isComplete { return true }
        listing.finish(writingTo: &bytes)
        bytes += "]}".utf8
        return false
    }
}

extension APIResponse {
    /// An object with one member: the documents that a query selects.
    static func list(_ name: String, of parts: DocumentParts, _ query: DocumentQuery, in dialect: APIDialect) async throws -> APIResponse {
        try await .pieces(
            DocumentListBody(parts: parts, listing: DocumentListing(query, dialect.writing), beginning: Array("{\"\(name)\":[".utf8)),
            dialect.mediaType)
    }
}
