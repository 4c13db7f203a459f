// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import HTTPTypes
import JSONText

/// What a client asks of a list under `/0.2`: which documents, in which order, which of them, and which members.
struct DocumentQuery: Sendable {
    let selector: DocumentSelector?
    private let sortPath: DocumentPath?
    private let isDescending: Bool
    private let skip: Int
    private let limit: Int?
    private let fields: [DocumentPath]?

    /// Reads the query parameters. Those that are not known are passed over, as clients expect.
    ///
    /// - Parameter ignored: A member by which clients may not select.
    /// - Throws: `APIError` if the selector is none. To answer with all documents then, as wazo-provd does, would make
    ///   a client that deletes what it finds delete everything.
    init(_ query: [String: String], ignoring ignored: String? = nil) throws {
        selector = try Self.selectorValue(query).map { name, value in
            do {
                return try DocumentSelector(value, ignoring: ignored)
            } catch {
                throw APIError(.badRequest, "\(name) cannot be understood: \(error)", field: name)
            }
        }
        sortPath = query["sort"].flatMap { $0.isEmpty ? nil : DocumentPath($0) }
        isDescending = query["sort_ord"] == "DESC"
        skip = max(0, query["skip"].flatMap { Int($0) } ?? 0)
        // Zero means no limit; a negative limit means an empty list.
        limit = query["limit"].flatMap { Int($0) }.flatMap { $0 == 0 ? nil : max(0, $0) }
        fields = query["fields"].map { $0.split(separator: ",").map { DocumentPath($0) } }
    }

    private static func selectorValue(_ query: [String: String]) throws -> (name: String, value: JSONValue)? {
        do {
            if let encoded = query["q64"] {
                guard let bytes = Data(base64Encoded: encoded) else {
                    throw APIError(.badRequest, "q64 is not base64", field: "q64")
                }
                return ("q64", try JSONValue(parsing: bytes))
            }
            return try query["q"].map { ("q", try JSONValue(parsing: $0)) }
        } catch let error as JSONSyntaxError {
            throw APIError(.badRequest, "the selector is \(error)", field: query["q64"] == nil ? "q" : "q64")
        }
    }

    /// The documents that the client gets of all that there are.
    func answer(from documents: [JSONObject]) -> [JSONValue] {
        var found = documents
        if let selector { found = found.filter(selector.selects) }
        if let sortPath { found = sorted(found, by: sortPath) }
        let page = found.dropFirst(skip).prefix(limit ?? .max)
        guard let fields else { return page.map(JSONValue.object) }
        return page.map { document in
            var part = JSONObject()
            part["id"] = document["id"]
            for field in fields { field.copy(from: document, to: &part) }
            return .object(part)
        }
    }

    /// Values are sorted as texts, what is missing first; documents with equal ones keep their order, either way.
    private func sorted(_ documents: [JSONObject], by path: DocumentPath) -> [JSONObject] {
        // The bytes of UTF-8 are in the order of the characters' numbers.
        let keyed = documents.enumerated().map { place, document in
            (key: Array(Self.sortText(path.value(in: document)).utf8), place: place, document: document)
        }
        return keyed.sorted { left, right in
            if left.key == right.key { return left.place < right.place }
            return left.key.lexicographicallyPrecedes(right.key) != isDescending
        }.map(\.document)
    }

    private static func sortText(_ value: JSONValue?) -> String {
        switch value {
        case nil, .null?: ""
        case .string(let text)?: text
        case .bool(let value)?: value ? "True" : "False"
        case let value?: value.text()
        }
    }
}
