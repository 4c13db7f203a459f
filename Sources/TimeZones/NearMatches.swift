// SPDX-License-Identifier: GPL-3.0-or-later

/// Finds what somebody may have meant.
enum NearMatches {
    /// Suggestions that a person can take in.
    private static let maximumCount = 3

    /// The names that come closest, the best first; none if nothing is close.
    static func of(_ name: String, in names: [String]) -> [String] {
        let wanted = folded(name)
        let wantedCity = city(wanted)
        var scored: [(score: Int, name: String)] = []
        for candidate in names {
            let full = folded(candidate)
            let candidateCity = city(full)
            // A right city in a wrong or missing region is nearer than any typing error.
            var score = distance(wanted, full)
            if candidateCity == wantedCity { score = min(score, 1) }
            if candidateCity.elementsEqual(wanted) { score = 0 }
            if score <= max(1, wanted.count / 4) { scored.append((score, candidate)) }
        }
        return scored.sorted { ($0.score, $0.name) < ($1.score, $1.name) }.prefix(maximumCount).map(\.name)
    }

    /// Lower case, with spaces and hyphens as underscores.
    private static func folded(_ name: String) -> [UInt8] {
        name.utf8.map { byte in
            switch byte {
            case 0x41...0x5A: byte | 0x20
            case 0x20, 0x2D: 0x5F
            default: byte
            }
        }
    }

    private static func city(_ name: [UInt8]) -> ArraySlice<UInt8> {
        name.suffix(while: { $0 != 0x2F })
    }

    /// The insertions, deletions and replacements that lead from one to the other (Levenshtein).
    private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        var row = Array(0...other.count)
        for (index, byte) in one.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, otherByte) in other.enumerated() {
                let replaced = diagonal + (byte == otherByte ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[other.count]
    }
}

extension Array {
    /// The longest end whose elements all satisfy the condition.
    fileprivate func suffix(while condition: (Element) -> Bool) -> ArraySlice<Element> {
        self[(lastIndex { !condition($0) }.map { $0 + 1 } ?? startIndex)...]
    }
}
