// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import PhonePlugins

/// Texts that a pattern matches, made by filling its placeholders.
enum PatternExamples {
    private static let macs = ["0015650abb0c", "0015650ABB0C", "00:15:65:0a:bb:0c"]
    private static let others: [String: [String]] = [
        "version": ["1.2.3.4", "10b"], "serial": ["SN1234", "9"], "uuid": ["5f0d4b0e-0000-4000-8000-0123456789ab"], "number": ["12", "7"],
        "word": ["abc12", "Q"], "path": ["a/b.bin", "zz.rom"], "any": ["something else", "x"],
    ]

    /// A few texts that differ as much as the pattern lets them.
    ///
    /// - Parameter address: The address where the pattern has one; some address if `nil`.
    static func texts(of pattern: Pattern, models: [String], mac address: MACAddress? = nil) -> [String] {
        var texts: Set<String> = []
        for mac in address.map({ [$0.compact, $0.compact.uppercased(), $0.description] }) ?? macs {
            for round in 0..<2 {
                var captures: [String: String] = ["mac": mac]
                for name in pattern.captureNames where name != "mac" {
                    let values = name == "model" ? [models.first ?? "A10", "zz9"] : others[name] ?? ["abc12", "12"]
                    captures[name] = values[min(round, values.count - 1)]
                }
                if let text = pattern.filled(with: captures), pattern.match(text) != nil { texts.insert(text) }
            }
        }
        return texts.sorted()
    }
}
