// SPDX-License-Identifier: GPL-3.0-or-later

/// Puts made-up hardware addresses in the place of real ones: the same for the same, of the same maker, and none that tells which phone it was.
struct HardwarePseudonyms {
    private var known: [String: String] = [:]

    /// The text with every hardware address replaced, however it is written: with colons, hyphens, dots, or nothing between.
    ///
    /// What is a little longer than an address ends in one, as DHCP's client identifiers do. Much longer rows of digits are something else, such as a digest.
    mutating func replaced(in text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            let isStart = place == 0 || !Self.isDigit(bytes[place - 1])
            if isStart, Self.isDigit(bytes[place]), let (before, length) = Self.address(in: bytes[place...]) {
                result += bytes[place..<place + before]
                result += replacement(for: bytes[place + before..<place + before + length])
                place += before + length
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The ways of writing an address: what stands between groups, of how many digits each, and how many groups there may be.
    private static let forms: [(separator: UInt8, group: Int, groups: ClosedRange<Int>)] = [
        (UInt8(ascii: ":"), 2, 6...8), (UInt8(ascii: "-"), 2, 6...8), (UInt8(ascii: "."), 4, 3...4),
    ]
    /// Rows of so many digits end in an address. Request ids have sixteen.
    private static let plainLengths = 12...15

    /// Where in a row of digits an address is, and how many bytes it has; `nil` if the row is none.
    private static func address(in bytes: ArraySlice<UInt8>) -> (before: Int, length: Int)? {
        let run = bytes.prefix(while: isDigit).count
        if plainLengths.contains(run) { return (run - 12, 12) }
        for form in forms where run == form.group {
            var count = 0, rest = bytes
            while rest.prefix(while: isDigit).count == form.group {
                count += 1
                rest = rest.dropFirst(form.group)
                guard rest.first == form.separator else { break }
                rest = rest.dropFirst()
            }
            let needed = 12 / form.group
            if form.groups.contains(count) { return ((count - needed) * (form.group + 1), 12 + needed - 1) }
        }
        return nil
    }

    private mutating func replacement(for written: ArraySlice<UInt8>) -> [UInt8] {
        let digits = String(decoding: written.filter(Self.isDigit), as: UTF8.self).lowercased()
        let made: String
        if let before = known[digits] {
            made = before
        } else {
            // The maker's half stays: it tells which family of phones it is.
            let number = String(known.count + 1, radix: 16)
            made = String(digits.prefix(6)) + String(repeating: "0", count: max(0, 6 - number.utf8.count)) + number.suffix(6)
            known[digits] = made
        }
        let isUpper = written.contains { (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0) }
        var rest = (isUpper ? made.uppercased() : made).utf8.makeIterator()
        return written.map { Self.isDigit($0) ? rest.next() ?? $0 : $0 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
        default: false
        }
    }
}
