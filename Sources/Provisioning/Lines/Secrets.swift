// SPDX-License-Identifier: GPL-3.0-or-later

/// Random names and passwords.
enum Secrets {
    /// Letters and digits that are not mistaken for one another when somebody reads them from a screen.
    private static let legible = Array("2346789bcdfghjkmnpqrtvwxyzBCDFGHJKLMNPQRTVWXYZ")
    private static let lowerLegible = Array("2346789bcdfghjkmnpqrtvwxyz")

    /// A password of 20 characters from 46, some 110 bits.
    static func password() -> String { random(20, from: legible) }

    /// A token of the management API: 43 characters from 46, some 237 bits.
    static func token() -> String { random(43, from: legible) }

    /// The user name of an autoprov account: `ap` and eight characters, ten in all, the form by which wazo-provd's
    /// clients know such accounts. Lower case only, because some phones fold the case of user names.
    static func autoprovUsername() -> String { "ap" + random(8, from: lowerLegible) }

    /// 32 hexadecimal digits, the form of device identifiers.
    static func identifier() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in
            let text = String(UInt64.random(in: .min ... .max, using: &generator), radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }.joined()
    }

    private static func random(_ count: Int, from alphabet: [Character]) -> String {
        var generator = SystemRandomNumberGenerator()
        return String((0..<count).compactMap { _ in alphabet.randomElement(using: &generator) })
    }
}

extension Secrets {
    /// A random UUID of version 4 (RFC 9562, 5.4) in lower case with dashes.
    static func uuid() -> String {
        var digits = Array(identifier())
        digits[12] = "4"
        digits[16] = ["8", "9", "a", "b"].randomElement() ?? "8"
        for position in [8, 13, 18, 23] { digits.insert("-", at: position) }
        return String(digits)
    }
}
