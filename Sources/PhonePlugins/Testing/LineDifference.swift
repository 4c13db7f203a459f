// SPDX-License-Identifier: GPL-3.0-or-later

/// Shows how a text differs from the expected one, line by line.
enum LineDifference {
    /// The most lines that are shown: more say nothing that these do not.
    static let maximumLines = 40
    /// Texts with more lines are only compared at their first difference; finding the fewest changes would take too long.
    private static let maximumCompared = 5000

    /// The differing lines, each with `-` for what is missing or `+` for what is there instead, and its number.
    static func describe(expected: [UInt8], actual: [UInt8]) -> String {
        let wanted = lines(expected)
        let found = lines(actual)
        guard wanted != found else { return "the bytes differ, although the lines read the same" }
        guard wanted.count + found.count <= maximumCompared else {
            let first = zip(wanted, found).prefix { $0 == $1 }.count
            let show = { (lines: [Substring], mark: String) in lines.indices.contains(first) ? "\(mark)\(first + 1): \(lines[first])" : "\(mark) nothing" }
            return show(wanted, "-") + "\n" + show(found, "+")
        }
        var output: [(line: Int, text: String)] = []
        for change in found.difference(from: wanted) {
            switch change {
            case .remove(let offset, let line, _): output.append((offset, "-\(offset + 1): \(line)"))
            case .insert(let offset, let line, _): output.append((offset, "+\(offset + 1): \(line)"))
            }
        }
        output.sort { $0.line < $1.line }
        let shown = output.prefix(maximumLines).map(\.text)
        let rest = output.count - shown.count
        return (shown + (rest > 0 ? ["… and \(rest) more"] : [])).joined(separator: "\n")
    }

    private static func lines(_ bytes: [UInt8]) -> [Substring] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    }
}
