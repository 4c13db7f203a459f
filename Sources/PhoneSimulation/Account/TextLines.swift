// SPDX-License-Identifier: GPL-3.0-or-later

import PhonePlugins

/// A file's text as lines of bytes.
struct TextLines {
    typealias Line = ArraySlice<UInt8>

    let lines: [Line]

    init(lines: [Line]) { self.lines = lines }

    /// Cuts a file into lines; one without structure of its own at ampersands too, since such hold names and values as in a URL.
    init(_ bytes: [UInt8], _ format: FileRule.Format) {
        lines = bytes.split { $0 == UInt8(ascii: "\n") || format == .none && $0 == UInt8(ascii: "&") }.map { line in
            line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        }
    }
}

extension ArraySlice<UInt8> {
    /// Where a text begins, at a position or after it.
    func firstIndex(of text: some Collection<UInt8>, from start: Int) -> Int? {
        guard let first = text.first else { return start <= endIndex ? start : nil }
        var position = start
        while position + text.count <= endIndex {
            guard let candidate = self[position...].firstIndex(of: first), candidate + text.count <= endIndex else { return nil }
            if self[candidate..<(candidate + text.count)].elementsEqual(text) { return candidate }
            position = candidate + 1
        }
        return nil
    }

    func begins(with text: some Collection<UInt8>) -> Bool { starts(with: text) }
}
