// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import HTTPTypes
import JSONText

/// What a client asks of a list under `/0.2`: which documents, in which order, which of them, and which members.
struct DocumentQuery: Sendable {
    /// Which documents are wanted; `nil` for all.
    let selector: DocumentSelector?
    /// The member by which they are sorted.
    let sortPath: DocumentPath?
    /// Whether the last comes first.
    let isDescending: Bool
    /// How many of the documents that are found are left out.
    let skip: Int
    /// How many are wanted; `nil` for all.
    let limit: Int?
    private let fields: [DocumentPath]?

    /// All documents, whole.
    static let all = DocumentQuery()

    private init() { (selector, sortPath, isDescending, skip, limit, fields) = (nil, nil, false, 0, nil, nil) }

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

    /// What the client wants of a document.
    func part(of document: JSONObject) -> JSONValue {
        guard let fields else { return .object(document) }
        var part = JSONObject()
        part["id"] = document["id"]
        for field in fields { field.copy(from: document, to: &part) }
        return .object(part)
    }

    /// The text by which a value is sorted.
    static func sortText(_ value: JSONValue?) -> String {
        switch value {
        case nil, .null?: ""
        case .string(let text)?: text
        case .bool(let value)?: value ? "True" : "False"
        case let value?: value.text()
        }
    }
}
