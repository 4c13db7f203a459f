// SPDX-License-Identifier: GPL-3.0-or-later

/// The digits that a person dials to make a phone theirs.
public enum ProvisioningCode {
    /// Whether a text can be a code, be it provd's or an administrator's own: four to twelve digits.
    ///
    /// Fewer would be guessed, more are mistyped. Letters cannot be dialled.
    public static func isValid(_ text: String) -> Bool {
        CodeRules.lengths.contains(text.utf8.count) && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
