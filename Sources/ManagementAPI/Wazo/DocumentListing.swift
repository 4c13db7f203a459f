// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText

/// Writes the documents that a query selects of those that come, as the elements of a JSON array without its brackets.
///
/// Of documents that are to be sorted it keeps the texts until it has seen them all: that is a tenth of what the documents take.
struct DocumentListing: Sendable {
    private struct Sorted: Sendable {
        let key: [UInt8]
        let text: [UInt8]
    }

    private let query: DocumentQuery
    private let options: JSONValue.WritingOptions
    private var toSkip: Int
    private var wanted: Int
    private var isFirst = true
    private var sorted: [Sorted] = []

    init(_ query: DocumentQuery, _ options: JSONValue.WritingOptions) {
        self.query = query
        self.options = options
        toSkip = query.skip
        wanted = query.limit ?? .max
    }

    /// Whether no further document can be part of the list.
    var isComplete: Bool { wanted == 0 }

    /// Takes the next documents in.
    mutating func take(_ documents: [JSONObject], writingTo bytes: inout [UInt8]) {
        for document in documents where query.selector?.selects(document) ?? true {
            if let path = query.sortPath {
                sorted.append(Sorted(key: Array(DocumentQuery.sortText(path.value(in: document)).utf8), text: text(of: document)))
            } else if wanted == 0 {
                return
            } else if toSkip > 0 {
                toSkip -= 1
            } else {
                wanted -= 1
                writeSeparator(to: &bytes)
                query.part(of: document).write(to: &bytes, options)
            }
        }
    }

    /// Writes what was kept until all were seen.
    mutating func finish(writingTo bytes: inout [UInt8]) {
        for element in inOrder().dropFirst(toSkip).prefix(wanted) {
            writeSeparator(to: &bytes)
            bytes.append(contentsOf: element.text)
        }
        sorted = []
    }

    private func text(of document: JSONObject) -> [UInt8] {
        var text: [UInt8] = []
        query.part(of: document).write(to: &text, options)
        return text
    }

    private mutating func writeSeparator(to bytes: inout [UInt8]) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }

    /// Values are sorted as texts, what is missing first; documents with equal ones keep their order, either way.
    private func inOrder() -> [Sorted] {
        // The bytes of UTF-8 are in the order of the characters' numbers.
        sorted.enumerated().sorted { left, right in
            if left.element.key == right.element.key { return left.offset < right.offset }
            return left.element.key.lexicographicallyPrecedes(right.element.key) != query.isDescending
        }.map(\.element)
    }
}
