// SPDX-License-Identifier: GPL-3.0-or-later

/// What a placeholder of a pattern stands for: which bytes it may take from the text.
public enum Placeholder: String, Sendable, Hashable, CaseIterable {
    /// A MAC address in any usual form: twelve digits, six groups with `:` or `-`, three groups with `.`.
    case mac
    /// Twelve lower-case hexadecimal digits.
    case macLower = "mac:lower"
    /// Twelve upper-case hexadecimal digits.
    case macUpper = "mac:upper"
    /// Twelve hexadecimal digits of either case.
    case macCompact = "mac:compact"
    /// Six groups of two hexadecimal digits with colons.
    case macColon = "mac:colon"
    /// A model name: letters, digits, `-`, `_`, `+` and `.`.
    case model
    /// A firmware version: printable characters without space.
    case version
    /// A serial number: letters, digits, `-`, `_`, `+` and `.`.
    case serial
    /// A universally unique identifier: hexadecimal digits and `-`.
    case uuid
    /// Decimal digits.
    case number
    /// Printable characters without space or slash.
    case word
    /// A relative path: anything printable, slashes included.
    case path
    /// Anything without control characters, also nothing.
    case any

    /// The name under which the capture is known unless the pattern gives it another: `mac` for `{mac:lower}`.
    public var captureName: String {
        switch self {
        case .mac, .macLower, .macUpper, .macCompact, .macColon: "mac"
        default: rawValue
        }
    }

    /// Whether the captured text is a MAC address.
    var isMAC: Bool { captureName == "mac" }

    /// Whether it may stand in a pattern more than once without names of its own: then what it takes tells nothing.
    var mayRepeat: Bool { self == .number || self == .word || self == .any }

    /// Whether the placeholder may take nothing at all.
    var mayBeEmpty: Bool { self == .any }

    /// Whether the length is known from the first bytes, so that there is nothing to search.
    var hasFixedLength: Bool { isMAC }

    /// The length that a MAC placeholder takes at a position, or `nil` if there is no address there.
    func fixedLength(in text: [UInt8], at start: Int) -> Int? {
        switch self {
        case .mac:
            guard start + 12 <= text.count else { return nil }
            return switch text[start + 2] {
            case UInt8(ascii: ":"), UInt8(ascii: "-"): Self.grouped(text, start, digits: 2, separator: text[start + 2])
            default:
                if text[start + 4] == UInt8(ascii: ".") {
                    Self.grouped(text, start, digits: 4, separator: UInt8(ascii: "."))
                } else {
                    Self.compact(text, start, isHexadecimal)
                }
            }
        case .macLower: return Self.compact(text, start, isLowerHexadecimal)
        case .macUpper: return Self.compact(text, start, isUpperHexadecimal)
        case .macCompact: return Self.compact(text, start, isHexadecimal)
        case .macColon: return Self.grouped(text, start, digits: 2, separator: UInt8(ascii: ":"))
        default: return nil
        }
    }

    /// Whether a placeholder of variable length may take a byte.
    func accepts(_ byte: UInt8) -> Bool {
        switch self {
        case .mac, .macLower, .macUpper, .macCompact, .macColon: false
        case .model, .serial: isASCIIAlphanumeric(byte) || Self.modelPunctuation.contains(byte)
        case .version: byte > 0x20 && byte < 0x7F
        case .uuid: isHexadecimal(byte) || byte == UInt8(ascii: "-")
        case .number: byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
        case .word: byte > 0x20 && byte != 0x7F && byte != UInt8(ascii: "/")
        case .path, .any: byte >= 0x20 && byte != 0x7F
        }
    }

    private static let modelPunctuation: Set<UInt8> = Set("-_+.".utf8)

    private static func compact(_ text: [UInt8], _ start: Int, _ isDigit: (UInt8) -> Bool) -> Int? {
        guard start + 12 <= text.count else { return nil }
        return text[start..<(start + 12)].allSatisfy(isDigit) ? 12 : nil
    }

    private static func grouped(_ text: [UInt8], _ start: Int, digits: Int, separator: UInt8) -> Int? {
        let length = 12 + 12 / digits - 1
        guard start + length <= text.count else { return nil }
        for offset in 0..<length {
            let byte = text[start + offset]
            let isSeparator = offset % (digits + 1) == digits
            guard isSeparator ? byte == separator : isHexadecimal(byte) else { return nil }
        }
        return length
    }
}
