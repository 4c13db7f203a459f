// SPDX-License-Identifier: GPL-3.0-or-later

/// Shows how a text differs from the expected one, as `diff -u` does.
public enum UnifiedDifference {
    /// The most lines that are shown: more say nothing that these do not.
    public static let maximumLines = 80
    /// How many equal lines are shown around each difference.
    private static let surroundings = 2
    /// Texts with more lines are only compared at their first difference; finding the fewest changes would take too long.
    private static let maximumCompared = 5000

    private enum Line {
        case same(Substring)
        case removed(Substring)
        case added(Substring)

        var isSame: Bool { if case .same = self { true } else { false } }

        var text: String {
            switch self {
            case .same(let line): " " + line
            case .removed(let line): "-" + line
            case .added(let line): "+" + line
            }
        }
    }

    /// The differing lines, each with `-` for what is missing or `+` for what is there instead; `nil` if the bytes are the same.
    ///
    /// - Parameters:
    ///   - old: The name of the expected text.
    ///   - new: The name of the other.
    public static func describe(expected: [UInt8], actual: [UInt8], old: String, new: String) -> String? {
        guard expected != actual else { return nil }
        let wanted = lines(expected)
        let found = lines(actual)
        guard wanted != found else { return "the bytes differ, although the lines read the same" }
        var output = ["--- \(old)", "+++ \(new)"]
        if wanted.count + found.count > maximumCompared {
            let first = zip(wanted, found).prefix { $0 == $1 }.count
            output.append("@@ line \(first + 1), and perhaps more @@")
            output += wanted.dropFirst(first).prefix(1).map { "-" + $0 } + found.dropFirst(first).prefix(1).map { "+" + $0 }
        } else {
            output += hunks(merged(wanted, found))
        }
        let rest = output.count - maximumLines
        return (output.prefix(maximumLines) + (rest > 0 ? ["… and \(rest) more lines"] : [])).joined(separator: "\n")
    }

    /// Both texts in one sequence.
    private static func merged(_ wanted: [Substring], _ found: [Substring]) -> [Line] {
        let difference = found.difference(from: wanted)
        var removed: Set<Int> = []
        var added: Set<Int> = []
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var merged: [Line] = []
        var old = 0
        var new = 0
        while old < wanted.count || new < found.count {
            if removed.contains(old) {
                merged.append(.removed(wanted[old]))
                old += 1
            } else if added.contains(new) {
                merged.append(.added(found[new]))
                new += 1
            } else if old < wanted.count {
                merged.append(.same(wanted[old]))
                old += 1
                new += 1
            } else {
                break
            }
        }
        return merged
    }

    private static func hunks(_ lines: [Line]) -> [String] {
        var shown = [Bool](repeating: false, count: lines.count)
        for (position, line) in lines.enumerated() where !line.isSame {
            for near in max(0, position - surroundings)...min(lines.count - 1, position + surroundings) { shown[near] = true }
        }
        var output: [String] = []
        var old = 1
        var new = 1
        for (position, line) in lines.enumerated() {
            if shown[position] {
                if position == 0 || !shown[position - 1] { output.append("@@ -\(old) +\(new) @@") }
                output.append(line.text)
            }
            switch line {
            case .same:
                old += 1
                new += 1
            case .removed: old += 1
            case .added: new += 1
            }
        }
        return output
    }

    private static func lines(_ bytes: [UInt8]) -> [Substring] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    }
}
