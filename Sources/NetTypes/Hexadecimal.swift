// SPDX-License-Identifier: GPL-3.0-or-later

/// The value of one ASCII hexadecimal digit, or `nil`.
func hexadecimalValue(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
}

/// `value` in lower-case hexadecimal, padded with zeros to `digits`.
func hexadecimal(_ value: UInt64, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}

/// Octets as two lower-case digits each, with colons between.
func colonSeparated(_ octets: [UInt8]) -> String {
    octets.map { hexadecimal(UInt64($0), digits: 2) }.joined(separator: ":")
}
