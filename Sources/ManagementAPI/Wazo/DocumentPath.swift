// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText

/// The place of a member in a document, such as `raw_config.ntp_ip`.
struct DocumentPath: Sendable, Equatable {
    private let names: [Substring]

    /// Reads a path. A name with a dot in it cannot be written.
    init(_ text: some StringProtocol) { names = Substring(text).split(separator: ".", omittingEmptySubsequences: false) }

    /// The values at the place: none or one, but the last name is looked for in each element of an array.
    func values(in document: JSONObject) -> [JSONValue] {
        var place = JSONValue.object(document)
        for name in names.dropLast() {
            guard let next = place[String(name)] else { return [] }
            place = next
        }
        guard let last = names.last.map(String.init) else { return [] }
        if let elements = place.array { return elements.compactMap { $0[last] } }
        return place[last].map { [$0] } ?? []
    }

    /// The value at the place, walking objects only.
    func value(in document: JSONObject) -> JSONValue? {
        names.reduce(.object(document) as JSONValue?) { place, name in place?[String(name)] }
    }

    /// Copies the value at the place from one document to the same place of another, if there is one.
    func copy(from source: JSONObject, to target: inout JSONObject) {
        guard let value = value(in: source) else { return }
        Self.set(value, at: names[...], in: &target)
    }

    private static func set(_ value: JSONValue, at names: ArraySlice<Substring>, in object: inout JSONObject) {
        guard let first = names.first.map(String.init) else { return }
        guard names.count > 1 else {
            object[first] = value
            return
        }
        var inner = object[first]?.object ?? [:]
        set(value, at: names.dropFirst(), in: &inner)
        object[first] = .object(inner)
    }
}
