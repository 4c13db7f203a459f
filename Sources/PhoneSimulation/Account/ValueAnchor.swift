// SPDX-License-Identifier: GPL-3.0-or-later

/// Where a template writes a value: what stands before it on its line, and what ends it.
struct ValueAnchor: Sendable {
    /// What stands before the value, cut at other values: the first piece begins the line.
    private let pieces: [[UInt8]]
    /// What follows the value; `nil` if it ends its line.
    private let end: UInt8?
    /// The name of what stands on the line before: it tells places apart that look the same by themselves.
    private let neighbour: [UInt8]
    /// How many places that look the same come before it: with the same neighbour, and in all.
    private var ordinals: (besideNeighbour: Int, alone: Int) = (0, 0)

    /// Finds every place of a mark in a rendered file.
    ///
    /// - Parameters:
    ///   - mark: The value that is looked for.
    ///   - marks: All values that differ from phone to phone.
    static func all(of mark: String, among marks: [String], in text: TextLines) -> [ValueAnchor] {
        let mark = Array(mark.utf8)
        let marks = marks.map { Array($0.utf8) }
        var anchors: [ValueAnchor] = []
        for (number, line) in text.lines.enumerated() {
            guard let place = line.firstIndex(of: mark, from: line.startIndex) else { continue }
            let pieces = cut(line[..<place], at: marks)
            // A value that begins its line, or follows another without anything between, cannot be told from it.
            guard let last = pieces.last, !last.isEmpty, pieces.first?.isEmpty == false else { continue }
            var anchor = ValueAnchor(pieces: pieces, end: line[(place + mark.count)...].first, neighbour: Self.name(number > 0 ? text.lines[number - 1] : []))
            let earlier = TextLines(lines: Array(text.lines[..<number]))
            anchor.ordinals = (anchor.values(in: earlier, beside: anchor.neighbour, isStrict: true).count, anchor.values(in: earlier, beside: nil, isStrict: true).count)
            anchors.append(anchor)
        }
        return anchors
    }

    private init(pieces: [[UInt8]], end: UInt8?, neighbour: [UInt8]) {
        self.pieces = pieces
        self.end = end
        self.neighbour = neighbour
    }

    /// The value at this place of another rendering of the template; `nil` if there is no such place.
    func value(in text: TextLines) -> ArraySlice<UInt8>? {
        let beside = values(in: text, beside: neighbour, isStrict: true)
        if beside.indices.contains(ordinals.besideNeighbour) { return beside[ordinals.besideNeighbour] }
        for isStrict in [true, false] {
            let found = values(in: text, beside: nil, isStrict: isStrict)
            if found.indices.contains(ordinals.alone) { return found[ordinals.alone] }
        }
        return nil
    }

    private func values(in text: TextLines, beside neighbour: [UInt8]?, isStrict: Bool) -> [ArraySlice<UInt8>] {
        var values: [ArraySlice<UInt8>] = []
        var previous: ArraySlice<UInt8> = []
        for line in text.lines {
            if let value = value(in: line, isStrict: isStrict), neighbour.map({ Self.name(previous) == $0 }) ?? true { values.append(value) }
            previous = line
        }
        return values
    }

    /// The beginning of a line, up to where its value begins.
    private static func name(_ line: ArraySlice<UInt8>) -> [UInt8] {
        Array(line.prefix { $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ":") })
    }

    /// - Parameter isStrict: Whether all that stands between values must be the same, or only the word before each: other settings on
    ///   the same line may differ.
    private func value(in line: ArraySlice<UInt8>, isStrict: Bool) -> ArraySlice<UInt8>? {
        guard let first = pieces.first else { return nil }
        var position = line.startIndex
        if isStrict || pieces.count == 1 && Self.word(first) == first[...] {
            guard line.begins(with: first) else { return nil }
            position += first.count
        } else {
            // The line is of the same kind if it begins with the same word.
            let kind = first.prefix { $0 != 0x20 } + first.drop { $0 == 0x20 }.prefix { $0 != 0x20 }
            guard line.begins(with: first.prefix(while: { $0 == 0x20 }) + kind.drop { $0 == 0x20 }.prefix { $0 != 0x20 }) else { return nil }
            guard let found = line.firstIndex(of: Self.word(first), from: position) else { return nil }
            position = found + Self.word(first).count
        }
        for piece in pieces.dropFirst() {
            let wanted = isStrict ? piece[...] : Self.word(piece)
            guard let found = line.firstIndex(of: wanted, from: position) else { return nil }
            position = found + wanted.count
        }
        guard let end else { return line[position...] }
        guard let close = line[position...].firstIndex(of: end) else { return nil }
        return line[position..<close]
    }

    /// The last word, with the blank before it.
    private static func word(_ piece: [UInt8]) -> ArraySlice<UInt8> {
        guard let blank = piece.lastIndex(of: 0x20), blank < piece.count - 1 else { return piece[...] }
        return piece[blank...]
    }

    private static func cut(_ text: ArraySlice<UInt8>, at marks: [[UInt8]]) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var start = text.startIndex
        while true {
            let next = marks.compactMap { mark in text.firstIndex(of: mark, from: start).map { ($0, mark.count) } }.min { $0.0 < $1.0 }
            guard let (place, length) = next else { break }
            pieces.append(Array(text[start..<place]))
            start = place + length
        }
        pieces.append(Array(text[start...]))
        return pieces
    }
}
