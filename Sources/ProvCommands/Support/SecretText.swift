// SPDX-License-Identifier: GPL-3.0-or-later

import ProvModel

/// Masks what looks like a secret in text that is no document of provd's: settings, logs, output of programs.
enum SecretText {
    /// The text with values of secret names masked, and passwords of addresses.
    static func masked(_ text: String) -> String {
        var lines: [String] = []
        /// How far a name with a secret of several lines is indented.
        var hidden: Int?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let indentation = line.prefix { $0 == " " }.count
            if let above = hidden, indentation > above, !line.allSatisfy({ $0 == " " }) {
                lines.append(String(repeating: " ", count: indentation) + SecretMask.text)
                continue
            }
            hidden = nil
            let (masked, goesOn) = maskedLine(line)
            if goesOn { hidden = indentation }
            lines.append(masked)
        }
        return lines.joined(separator: "\n")
    }

    /// A line with what follows a secret's name masked, and whether the secret may go on in lines below it.
    private static func maskedLine(_ line: Substring) -> (text: String, goesOn: Bool) {
        var rest = line[...]
        while let end = rest.firstIndex(where: { $0 == ":" || $0 == "=" }) {
            let name = rest[..<end].reversed().drop { "\"' ".contains($0) }.prefix { $0.isLetter || $0.isNumber || "_-".contains($0) }
            let key = String(name.reversed()).lowercased().replacing("-", with: "_")
            let value = rest[rest.index(after: end)...]
            if SecretMask.isSecret(key) || key == "authorization" || key == "x_auth_token" {
                let trimmed = value.drop { $0 == " " }
                let isBlock = trimmed.isEmpty || trimmed.first == "|" || trimmed.first == ">"
                return (String(line[...end]) + (isBlock ? String(value) : " " + SecretMask.text), isBlock)
            }
            rest = value
        }
        return (addressesMasked(line), false)
    }

    private static func addressesMasked(_ line: Substring) -> String {
        guard line.contains("://") else { return String(line) }
        return line.split(separator: " ", omittingEmptySubsequences: false).map { SecretMask.mask(address: String($0)) }.joined(separator: " ")
    }
}
