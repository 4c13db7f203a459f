// SPDX-License-Identifier: GPL-3.0-or-later

/// Finds a text in another in linear time (Knuth, Morris and Pratt), whatever the texts are.
///
/// UTF-8 can be searched by bytes, because no character's bytes begin inside those of another.
struct ByteSearch {
    private let needle: [UInt8]
    /// For every prefix, how long the longest shorter prefix is that also ends there.
    private let borders: [Int]

    init(_ text: String) { self.init(bytes: Array(text.utf8)) }

    init(bytes: [UInt8]) {
        needle = bytes
        var borders = [Int](repeating: 0, count: needle.count)
        var length = 0
        for index in needle.indices.dropFirst() {
            while length > 0, needle[index] != needle[length] { length = borders[length - 1] }
            if needle[index] == needle[length] { length += 1 }
            borders[index] = length
        }
        self.borders = borders
    }

    var count: Int { needle.count }

    /// The first offset at or behind a start, or `nil`.
    func first(in bytes: [UInt8], from start: Int = 0) -> Int? {
        if needle.isEmpty { return start <= bytes.count ? start : nil }
        var length = 0
        var index = start
        while index < bytes.count {
            while length > 0, bytes[index] != needle[length] { length = borders[length - 1] }
            if bytes[index] == needle[length] { length += 1 }
            index += 1
            if length == needle.count { return index - length }
        }
        return nil
    }

    /// All offsets of matches that do not overlap, up to a count.
    func all(in bytes: [UInt8], limit: Int = .max) -> [Int] {
        var offsets: [Int] = []
        var start = 0
        while offsets.count < limit, !needle.isEmpty, let offset = first(in: bytes, from: start) {
            offsets.append(offset)
            start = offset + needle.count
        }
        return offsets
    }
}

extension String {
    /// The byte offset of the first occurrence.
    func firstOffset(of part: String) -> Int? {
        if part.isEmpty { return 0 }
        return ByteSearch(part).first(in: Array(utf8))
    }

    init(_ bytes: ArraySlice<UInt8>) { self.init(decoding: bytes, as: UTF8.self) }

    /// Python's `replace`.
    func replacing(_ old: String, with new: String, limit: Int) -> String {
        let bytes = Array(utf8)
        var result: [UInt8] = []
        var start = 0
        if old.isEmpty {
            // Python puts the new text before every character and at the end.
            var left = limit
            for scalar in unicodeScalars {
                if left > 0 { result.append(contentsOf: new.utf8) }
                left -= 1
                result.append(contentsOf: String(scalar).utf8)
            }
            if left > 0 { result.append(contentsOf: new.utf8) }
            return String(decoding: result, as: UTF8.self)
        }
        let search = ByteSearch(old)
        for offset in search.all(in: bytes, limit: limit) {
            result.append(contentsOf: bytes[start..<offset])
            result.append(contentsOf: new.utf8)
            start = offset + search.count
        }
        if start == 0 { return self }
        result.append(contentsOf: bytes[start...])
        return String(decoding: result, as: UTF8.self)
    }

    /// Python's `strip` and its one-sided forms; without characters it strips whitespace.
    func stripped(_ characters: String?, start: Bool = true, end: Bool = true) -> String {
        let set = characters.map { Set($0.unicodeScalars) }
        func isStripped(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? PythonText.isSpace(scalar) }
        var view = unicodeScalars[...]
        if start { while let first = view.first, isStripped(first) { view.removeFirst() } }
        if end { while let last = view.last, isStripped(last) { view.removeLast() } }
        return String(view)
    }

    /// Python's `splitlines`, without the line ends unless they are asked for.
    func lines(keepingEnds: Bool = false) -> [String] {
        var result: [String] = []
        var line = String.UnicodeScalarView()
        var isPending = false
        var previous: Unicode.Scalar?
        for scalar in unicodeScalars {
            if previous == "\r", scalar == "\n" {
                if keepingEnds, let last = result.popLast() { result.append(last + "\n") }
            } else if PythonText.isLineBreak(scalar) {
                if keepingEnds { line.append(scalar) }
                result.append(String(line))
                line = String.UnicodeScalarView()
                isPending = false
            } else {
                line.append(scalar)
                isPending = true
            }
            previous = scalar
        }
        if isPending { result.append(String(line)) }
        return result
    }

    /// Python's `capitalize`: the first character in title case, all others in lower case.
    var pythonCapitalized: String {
        guard let first = unicodeScalars.first else { return self }
        return first.properties.titlecaseMapping + String(String.UnicodeScalarView(unicodeScalars.dropFirst())).lowercased()
    }

    /// The number of Unicode scalars, Python's `len`.
    var scalarCount: Int { unicodeScalars.count }
}
