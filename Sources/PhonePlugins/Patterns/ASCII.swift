// SPDX-License-Identifier: GPL-3.0-or-later

func isLowerHexadecimal(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f")
}

func isUpperHexadecimal(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "F")
}

func isHexadecimal(_ byte: UInt8) -> Bool { isLowerHexadecimal(byte) || isUpperHexadecimal(byte) }

func isASCIIDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

func isASCIIAlphanumeric(_ byte: UInt8) -> Bool {
    let folded = byte | 0x20
    return isASCIIDigit(byte) || folded >= UInt8(ascii: "a") && folded <= UInt8(ascii: "z")
}

/// The byte in lower case if it is an ASCII letter; other bytes, those of longer characters too, stay.
func asciiLowercase(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}
