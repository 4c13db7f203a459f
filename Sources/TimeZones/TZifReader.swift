// SPDX-License-Identifier: GPL-3.0-or-later

/// Takes the parts of a TZif file one after the other (RFC 8536 section 3).
struct TZifReader {
    /// The counts of a header, in the order of the file.
    struct Header {
        var version: UInt8
        var utcIndicators: Int
        var standardIndicators: Int
        var leapSeconds: Int
        var changes: Int
        var types: Int
        var abbreviationBytes: Int
    }

    /// Clocks that a file can number.
    private static let maximumTypes = 256
    /// Seconds that a clock may be away from UTC (RFC 8536 section 3.2).
    private static let offsetBounds = -89_999...93_599

    private let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func header() throws(TZifError) -> Header {
        guard bytes.count - position >= 5, bytes[position..<position + 4].elementsEqual("TZif".utf8) else { throw .notTZif }
        let version = bytes[position + 4]
        position += 4 + 1 + 15
        // No count can be larger than the file, so that sums and products of counts stay small.
        var counts: [Int] = []
        for _ in 0..<6 {
            let count = try integer(byteCount: 4)
            guard (0...bytes.count).contains(count) else { throw .truncated }
            counts.append(count)
        }
        let header = Header(
            version: version, utcIndicators: counts[0], standardIndicators: counts[1], leapSeconds: counts[2], changes: counts[3],
            types: counts[4], abbreviationBytes: counts[5])
        guard (1...Self.maximumTypes).contains(header.types) else { throw .outOfBounds("the number of clocks") }
        return header
    }

    /// Steps over the data with 32-bit times, which the data after it repeats.
    mutating func skipData(_ header: Header) throws(TZifError) {
        let byteCount =
            header.changes * 5 + header.types * 6 + header.abbreviationBytes + header.leapSeconds * 8 + header.standardIndicators
            + header.utcIndicators
        guard bytes.count - position >= byteCount else { throw .truncated }
        position += byteCount
    }

    mutating func data(_ header: Header, timeByteCount: Int) throws(TZifError) -> ([TZifFile.Change], TZifFile.LocalTime) {
        var times: [Int] = []
        for _ in 0..<header.changes {
            let time = try integer(byteCount: timeByteCount)
            if let previous = times.last, time <= previous { throw .outOfBounds("the time of a change") }
            times.append(time)
        }
        var typeIndices: [Int] = []
        for _ in 0..<header.changes { typeIndices.append(try integer(byteCount: 1) & 0xFF) }
        var types: [(offset: Int, isDaylight: Bool, abbreviation: Int)] = []
        for _ in 0..<header.types {
            let offset = try integer(byteCount: 4)
            guard Self.offsetBounds.contains(offset) else { throw .outOfBounds("the offset of a clock") }
            types.append((offset, try integer(byteCount: 1) != 0, try integer(byteCount: 1) & 0xFF))
        }
        guard bytes.count - position >= header.abbreviationBytes else { throw .truncated }
        let names = bytes[position..<position + header.abbreviationBytes]
        position += header.abbreviationBytes
        let rest = header.leapSeconds * (timeByteCount + 4) + header.standardIndicators + header.utcIndicators
        guard bytes.count - position >= rest else { throw .truncated }
        position += rest

        var clocks: [TZifFile.LocalTime] = []
        for type in types {
            guard type.abbreviation < names.count else { throw .outOfBounds("the abbreviation of a clock") }
            let name = names.dropFirst(type.abbreviation).prefix { $0 != 0 }
            clocks.append(
                TZifFile.LocalTime(
                    offsetSeconds: type.offset, isDaylight: type.isDaylight, abbreviation: String(decoding: name, as: UTF8.self)))
        }
        // There is at least one clock; the first is the one before all changes.
        var current = clocks[0]
        var changes: [TZifFile.Change] = []
        for (time, index) in zip(times, typeIndices) {
            guard index < clocks.count else { throw .outOfBounds("the clock of a change") }
            changes.append(TZifFile.Change(time: time, before: current, after: clocks[index]))
            current = clocks[index]
        }
        return (changes, current)
    }

    mutating func footer() throws(TZifError) -> String {
        guard position < bytes.count, bytes[position] == 0x0A else { throw .truncated }
        let rest = bytes[(position + 1)...]
        guard let end = rest.firstIndex(of: 0x0A) else { throw .truncated }
        return String(decoding: rest[..<end], as: UTF8.self)
    }

    /// A signed big-endian number.
    private mutating func integer(byteCount: Int) throws(TZifError) -> Int {
        guard bytes.count - position >= byteCount else { throw .truncated }
        var value = 0
        for index in 0..<byteCount {
            // The first byte carries the sign.
            value = index == 0 ? Int(Int8(bitPattern: bytes[position])) : value << 8 | Int(bytes[position + index])
        }
        position += byteCount
        return value
    }
}
