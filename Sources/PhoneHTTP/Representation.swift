// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes

/// What a file is for the purposes of conditional and partial requests (RFC 9110, 8.8).
struct Representation {
    /// The strong entity tag, with its quotation marks.
    let tag: String
    /// When it was last changed, if that means anything: what is made for each request has no such date.
    let lastModified: HTTPDate?
    let byteCount: Int

    /// What a request gets of it.
    enum Selection: Equatable {
        /// All bytes.
        case whole
        /// Some bytes (206).
        case part(Range<Int>)
        /// Nothing: the phone has it (304).
        case notModified
        /// Nothing: the phone means another state of the file (412).
        case preconditionFailed
        /// Nothing: there are no such bytes (416).
        case unsatisfiable
    }

    /// Decides on a GET or HEAD, in the order of RFC 9110, 13.2.2.
    func selection(for headers: HTTPFields, isHead: Bool) -> Selection {
        if let wanted = headers[.ifMatch] {
            if !matches(wanted, isWeakAllowed: false) { return .preconditionFailed }
        } else if let date = date(headers[.ifUnmodifiedSince]), let lastModified, lastModified > date {
            return .preconditionFailed
        }
        if let known = headers[.ifNoneMatch] {
            if matches(known, isWeakAllowed: true) { return .notModified }
        } else if let date = date(headers[.ifModifiedSince]), let lastModified, lastModified <= date {
            return .notModified
        }
        // A range is defined for GET alone (14.2).
        guard !isHead, let range = headers[.range], isRangeWanted(headers[.ifRange]) else { return .whole }
        return selection(ofRange: range)
    }

    /// Whether the list of entity tags has this one, or is `*`.
    private func matches(_ list: String, isWeakAllowed: Bool) -> Bool {
        list.split(separator: ",").contains { entry in
            var entry = entry.drop { $0 == " " || $0 == "\t" }
            while entry.last == " " || entry.last == "\t" { entry.removeLast() }
            if isWeakAllowed, entry.hasPrefix("W/") { entry = entry.dropFirst(2) }
            return entry == "*" || entry == tag
        }
    }

    private func date(_ text: String?) -> HTTPDate? { text.flatMap { HTTPDate($0) } }

    /// Whether the condition of a range holds; otherwise the phone gets the whole file (13.1.5).
    private func isRangeWanted(_ condition: String?) -> Bool {
        guard let condition else { return true }
        if let date = HTTPDate(condition) { return date == lastModified }
        return condition == tag
    }

    /// The bytes of a `Range` header. More than one range, and what is no range, is answered with the whole file, as
    /// RFC 9110, 14.2 allows: firmware loaders that continue a download ask for one.
    private func selection(ofRange text: String) -> Selection {
        guard text.lowercased().hasPrefix("bytes=") else { return .whole }
        let bounds = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2 else { return .whole }
        let (first, last) = (Self.number(bounds[0]), Self.number(bounds[1]))
        switch (first, last) {
        case (let first?, let last?):
            guard first <= last else { return .whole }
            return first < byteCount ? .part(first..<min(last, byteCount - 1) + 1) : .unsatisfiable
        case (let first?, nil) where bounds[1].isEmpty:
            return first < byteCount ? .part(first..<byteCount) : .unsatisfiable
        case (nil, let count?) where bounds[0].isEmpty:
            return count > 0 && byteCount > 0 ? .part(max(0, byteCount - count)..<byteCount) : .unsatisfiable
        default: return .whole
        }
    }

    /// A number of digits only; a greater one than any file is as good as the greatest.
    private static func number(_ digits: Substring) -> Int? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(digits) ?? Int.max - 1
    }
}

extension Representation {
    /// The header fields that every answer about it has.
    var headers: HTTPFields {
        var headers: HTTPFields = [.eTag: tag, .acceptRanges: "bytes"]
        headers[.lastModified] = lastModified?.text
        return headers
    }
}
