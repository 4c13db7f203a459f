// SPDX-License-Identifier: GPL-3.0-or-later

/// One option: its code and the octets of its value.
public struct DHCPOption: Hashable, Sendable {
    /// Which option it is.
    public var code: DHCPOptionCode
    /// The value as on the wire, joined if it came in parts.
    public var value: ArraySlice<UInt8>

    /// Makes an option.
    public init(_ code: DHCPOptionCode, _ value: some Collection<UInt8>) {
        self.code = code
        self.value = ArraySlice(value)
    }
}

/// The options of a DHCP message, in their order, as raw octets.
///
/// Values are interpreted when asked for, so that an odd value in one option never loses the message.
/// An option that came in several parts reads as one value (RFC 3396); a value longer than 255 octets is
/// written in parts.
///
/// Decoding does not copy: the options are checked once and stay a slice of the bytes they came in.
public struct DHCPOptions: Sendable {
    /// Octets that one part of an option can hold: its length is one octet.
    public static let maximumPartLength = 255

    /// Whole options as code, length and value, without padding and end mark. Every access relies on this form.
    var parts: ArraySlice<UInt8>
    /// Which codes are there, so that nobody looks for one that is not.
    private var present = DHCPOptionCodeSet()
    /// Whether some code may have more than one part; if none has, a value is found with its first.
    private var isDivided = false

    /// Makes an empty list.
    public init() { parts = [] }

    /// Makes a list in the order given.
    public init(_ options: some Sequence<DHCPOption>) {
        self.init()
        for option in options { append(option) }
    }

    /// Reads an options field: up to the end mark, or to the end of `field` where a client leaves the mark out.
    ///
    /// - Throws: `DHCPWireError.truncated` if an option is longer than what is left of the field.
    public init(decoding field: ArraySlice<UInt8>) throws(DHCPWireError) {
        var position = field.startIndex
        // Where the run of options without padding begins that is not in `gathered` yet.
        var runStart = position
        var gathered: [UInt8] = []
        parts = []
        while position < field.endIndex {
            let code = DHCPOptionCode(field[position])
            if code == .end { break }
            if code == .pad {
                gathered.append(contentsOf: field[runStart..<position])
                position += 1
                runStart = position
                continue
            }
            guard position + 1 < field.endIndex else {
                throw .truncated(field: "the length of \(code)", needed: 1, available: 0)
            }
            let length = Int(field[position + 1])
            guard field.endIndex - position - 2 >= length else {
                throw .truncated(field: code.description, needed: length, available: field.endIndex - position - 2)
            }
            note(code.rawValue)
            position += 2 + length
        }
        let run = field[runStart..<position]
        parts = gathered.isEmpty ? run : gathered[...] + run
    }

    /// Adds the options of another field after those that are here (RFC 3396, 5: options, then `file`, then `sname`).
    mutating func append(contentsOf other: DHCPOptions) {
        parts.append(contentsOf: other.parts)
        other.forEachPart { code, _ in note(code) }
    }

    /// Keeps in mind that a part with this code is there.
    private mutating func note(_ code: UInt8) {
        if present.contains(code) { isDivided = true }
        present.insert(code)
    }

    /// Adds an option at the end. If its code is here already, the values read as one.
    ///
    /// Padding and the end mark are no options: appending them does nothing.
    public mutating func append(_ option: DHCPOption) {
        guard option.code != .pad, option.code != .end else { return }
        var rest = option.value
        repeat {
            let part = rest.prefix(Self.maximumPartLength)
            note(option.code.rawValue)
            parts.append(option.code.rawValue)
            parts.append(UInt8(truncatingIfNeeded: part.count))
            parts.append(contentsOf: part)
            rest = rest.dropFirst(part.count)
        } while !rest.isEmpty
    }

    /// The value of an option, or `nil` if it is absent. Assigning replaces the option at the end of the list.
    public subscript(code: DHCPOptionCode) -> ArraySlice<UInt8>? {
        get {
            guard present.contains(code.rawValue), let first = firstPart(code.rawValue) else { return nil }
            guard isDivided else { return parts[first] }
            var result: ArraySlice<UInt8> = []
            forEachPart { other, value in
                if other == code.rawValue { result.append(contentsOf: parts[value]) }
            }
            return result
        }
        set {
            remove(code)
            if let newValue { append(DHCPOption(code, newValue)) }
        }
    }

    /// Whether the option is present, be its value empty.
    public func contains(_ code: DHCPOptionCode) -> Bool { present.contains(code.rawValue) }

    /// Each option once, joined, in the order of first appearance.
    public var joined: [DHCPOption] {
        var places: [UInt8: Int] = [:]
        var result: [DHCPOption] = []
        forEachPart { code, value in
            if let place = places[code] {
                result[place].value.append(contentsOf: parts[value])
            } else {
                places[code] = result.count
                result.append(DHCPOption(DHCPOptionCode(code), parts[value]))
            }
        }
        return result
    }

    /// The codes in the order of their first appearance.
    public var codes: [DHCPOptionCode] { codes(in: present) }

    /// The codes that are in `set`, in the order of their first appearance.
    public func codes(in set: DHCPOptionCodeSet) -> [DHCPOptionCode] {
        var result: [DHCPOptionCode] = []
        forEachPart { code, _ in
            guard set.contains(code) else { return }
            let code = DHCPOptionCode(code)
            // A message has a dozen options: looking through those is faster than hashing.
            if !result.contains(code) { result.append(code) }
        }
        return result
    }

    /// Whether there is no option.
    public var isEmpty: Bool { parts.isEmpty }

    private mutating func remove(_ code: DHCPOptionCode) {
        guard contains(code) else { return }
        var kept: [UInt8] = []
        var others = DHCPOptions()
        forEachPart { other, value in
            guard other != code.rawValue else { return }
            kept += [other, UInt8(truncatingIfNeeded: value.count)]
            kept += parts[value]
            others.note(other)
        }
        others.parts = kept[...]
        self = others
    }

    /// The place of the value of the first part with this code.
    private func firstPart(_ code: UInt8) -> Range<Int>? {
        var position = parts.startIndex
        while position + 1 < parts.endIndex {
            let start = position + 2
            let end = start + Int(parts[position + 1])
            guard end <= parts.endIndex else { return nil }
            if parts[position] == code { return start..<end }
            position = end
        }
        return nil
    }

    /// Calls `body` with the code and the place of the value of each part.
    private func forEachPart(_ body: (UInt8, Range<Int>) -> Void) {
        var position = parts.startIndex
        while position + 1 < parts.endIndex {
            let start = position + 2
            let end = start + Int(parts[position + 1])
            guard end <= parts.endIndex else { return }
            body(parts[position], start..<end)
            position = end
        }
    }

    /// Writes the options as one field with the end mark. Option 82 comes last (RFC 3046, 2.1); option 52 is left out,
    /// because nothing is written into other fields.
    func encode(into bytes: inout [UInt8]) {
        var last: [UInt8] = []
        forEachPart { code, value in
            let part = [code, UInt8(truncatingIfNeeded: value.count)] + parts[value]
            switch DHCPOptionCode(code) {
            case .overload: break
            case .relayAgentInformation: last += part
            default: bytes += part
            }
        }
        bytes += last
        bytes.append(DHCPOptionCode.end.rawValue)
    }
}

extension DHCPOptions: Equatable {
    /// Whether both have the same options with the same values, in any order and in any parts.
    public static func == (left: Self, right: Self) -> Bool {
        left.parts == right.parts || left.sortedOptions == right.sortedOptions
    }

    private var sortedOptions: [DHCPOption] { joined.sorted { $0.code < $1.code } }
}

extension DHCPOptions: Sequence {
    /// Visits each option once, joined, in the order of first appearance.
    public func makeIterator() -> IndexingIterator<[DHCPOption]> { joined.makeIterator() }
}

extension DHCPOptions: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: DHCPOption...) { self.init(elements) }
}
