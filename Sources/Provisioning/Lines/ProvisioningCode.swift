// SPDX-License-Identifier: GPL-3.0-or-later

/// The digits that a person dials to make a phone theirs.
public enum ProvisioningCode {
    /// How many digits a code has when provd makes it.
    public static let length = 6

    /// Whether a text can be a code: four to twelve digits.
    ///
    /// Fewer would be guessed, more are mistyped. Letters cannot be dialled.
    public static func isValid(_ text: String) -> Bool {
        (4...12).contains(text.utf8.count) && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// A random code that does not begin with zero, which some dial plans take for an outside line.
    static func random(using generator: inout some RandomNumberGenerator) -> String {
        String(Int.random(in: 100_000...999_999, using: &generator))
    }
}
