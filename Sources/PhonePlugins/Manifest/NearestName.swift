// SPDX-License-Identifier: GPL-3.0-or-later

/// The known name that somebody may have meant.
package enum NearestName {
    /// The longest word that is looked at: the time grows with its length, and no known name is longer.
    private static let maximumLength = 60

    /// A known name that differs from a word in one or two letters; of several the first in the order of the alphabet.
    package static func of(_ word: String, among names: [String]) -> String? {
        guard word.utf8.count <= maximumLength else { return nil }
        let ranked = names.sorted().map { (name: $0, distance: distance(Array(word.utf8), Array($0.utf8))) }
        return ranked.min { $0.distance < $1.distance }.flatMap { $0.distance <= min(2, word.utf8.count / 2) ? $0.name : nil }
    }

    /// The number of letters to change, add or remove (Levenshtein).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var previous = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let replaced = previous + (a == b ? 0 : 1)
                previous = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, previous + 1)
            }
        }
        return row[right.count]
    }
}
