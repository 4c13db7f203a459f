// SPDX-License-Identifier: GPL-3.0-or-later

import FoundationEssentials
import ProvModel

/// Writes observations as provd reads them and people print them: one line of JSON each.
struct ObservationLineEncoder {
    private let encoder: JSONEncoder

    init() {
        encoder = JSONEncoder()
        // Sorted, so that equal observations make equal lines.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    /// The line with its newline, of which JSON lets none stand inside.
    ///
    /// - Throws: Only for numbers that JSON cannot express, such as an infinite time.
    func line(_ observation: DHCPObservation) throws -> [UInt8] {
        try Array(encoder.encode(observation)) + [UInt8(ascii: "\n")]
    }
}
