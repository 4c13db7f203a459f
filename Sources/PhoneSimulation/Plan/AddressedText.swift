// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// A text that names one phone, ready to name any other: a path or user agent with the places where the hardware address stands.
public struct AddressedText: Sendable, Hashable {
    /// How an address is written at a place.
    struct Notation: Sendable, Hashable {
        let isUpperCase: Bool
        /// What stands between two digits.
        let separator: String

        func text(_ mac: MACAddress) -> String {
            let pairs = mac.description.split(separator: ":").joined(separator: separator)
            return isUpperCase ? pairs.uppercased() : pairs
        }

        /// All in which phones write their address; without separator first, because it is the most frequent.
        static let all = ["", ":", "-", "_"].flatMap { separator in [false, true].map { Notation(isUpperCase: $0, separator: separator) } }
    }

    private enum Piece: Sendable, Hashable {
        case literal(String)
        case address(Notation)
        /// A serial number of the phone's own.
        case serial
    }

    /// Stands for the serial number in texts that this is made of: letters and digits that are no address and that no phone has.
    static let serialMark = "PHSIMSERIAL"

    private var pieces: [Piece]

    /// Finds an address in a text.
    ///
    /// - Parameters:
    ///   - text: What the phone with this address would say.
    ///   - mac: Its address. It should have letters among its digits, so that the case shows.
    public init(_ text: String, of mac: MACAddress) {
        pieces = [.literal(text)]
        for notation in Notation.all { replace(notation.text(mac), by: .address(notation)) }
        replace(Self.serialMark, by: .serial)
    }

    /// Whether the text tells one phone from another.
    public var namesPhone: Bool {
        pieces.contains { if case .address = $0 { true } else { false } }
    }

    /// The text of one phone.
    public func text(for mac: MACAddress) -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .literal(let literal): text += literal
            case .address(let notation): text += notation.text(mac)
            case .serial: text += "SIM" + mac.compact.uppercased()
            }
        }
        return text
    }

    private mutating func replace(_ wanted: String, by replacement: Piece) {
        pieces = pieces.flatMap { piece -> [Piece] in
            guard case .literal(let text) = piece else { return [piece] }
            var found: [Piece] = []
            var rest = text[...]
            while let range = rest.firstRange(of: wanted) {
                if range.lowerBound > rest.startIndex { found.append(.literal(String(rest[..<range.lowerBound]))) }
                found.append(replacement)
                rest = rest[range.upperBound...]
            }
            if !rest.isEmpty { found.append(.literal(String(rest))) }
            return found
        }
    }
}
