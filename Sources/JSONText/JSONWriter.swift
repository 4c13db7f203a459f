// SPDX-License-Identifier: GPL-3.0-or-later

extension JSONValue {
    /// How a text is laid out.
    public struct WritingOptions: OptionSet, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }
        /// Characters outside ASCII become `\u` escapes.
        public static let asciiOnly = WritingOptions(rawValue: 1)
        /// One member or element a line, indented by two spaces.
        public static let indented = WritingOptions(rawValue: 2)
        /// Members in the order of their names, so that equal values give equal bytes.
        public static let sorted = WritingOptions(rawValue: 4)
    }

    /// The value as a JSON text in UTF-8, without white space unless asked for.
    public func serialized(_ options: WritingOptions = []) -> [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes, options)
        return bytes
    }

    /// Appends the value as a JSON text in UTF-8, without white space unless asked for.
    public func write(to bytes: inout [UInt8], _ options: WritingOptions = []) {
        var writer = JSONWriter(options: options)
        swap(&writer.bytes, &bytes)
        writer.write(self, depth: 0)
        swap(&writer.bytes, &bytes)
    }

    /// The value as a JSON text.
    public func text(_ options: WritingOptions = []) -> String { String(decoding: serialized(options), as: UTF8.self) }
}

private struct JSONWriter {
    let options: JSONValue.WritingOptions
    var bytes: [UInt8] = []

    init(options: JSONValue.WritingOptions) { self.options = options }

    mutating func write(_ value: JSONValue, depth: Int) {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: value ? "true".utf8 : "false".utf8)
        case .int(let value): bytes.append(contentsOf: String(value).utf8)
        // JSON has no infinity or NaN; `null` is what other writers put there.
        case .double(let value): bytes.append(contentsOf: value.isFinite ? "\(value)".utf8 : "null".utf8)
        case .string(let value): write(value)
        case .array(let elements):
            writeList(open: "[", close: "]", count: elements.count, depth: depth) { writer, index in
                writer.write(elements[index], depth: depth + 1)
            }
        case .object(let object):
            let order = options.contains(.sorted) ? object.indices.sorted { object[$0].0 < object[$1].0 } : nil
            writeList(open: "{", close: "}", count: object.count, depth: depth) { writer, index in
                let (name, value) = object[order?[index] ?? index]
                writer.write(name)
                writer.bytes.append(UInt8(ascii: ":"))
                if writer.options.contains(.indented) { writer.bytes.append(UInt8(ascii: " ")) }
                writer.write(value, depth: depth + 1)
            }
        }
    }

    private mutating func writeList(
        open: Unicode.Scalar, close: Unicode.Scalar, count: Int, depth: Int, _ element: (inout JSONWriter, Int) -> Void
    ) {
        bytes.append(UInt8(ascii: open))
        for index in 0..<count {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            breakLine(depth: depth + 1)
            element(&self, index)
        }
        if count > 0 { breakLine(depth: depth) }
        bytes.append(UInt8(ascii: close))
    }

    private mutating func breakLine(depth: Int) {
        guard options.contains(.indented) else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        defer { bytes.append(UInt8(ascii: "\"")) }
        // Most texts have nothing to escape: they are copied in one piece.
        if text.utf8.allSatisfy(isPlain) { return bytes.append(contentsOf: text.utf8) }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes.append(contentsOf: "\\\"".utf8)
            case "\\": bytes.append(contentsOf: "\\\\".utf8)
            case "\n": bytes.append(contentsOf: "\\n".utf8)
            case "\r": bytes.append(contentsOf: "\\r".utf8)
            case "\t": bytes.append(contentsOf: "\\t".utf8)
            case _ where scalar.value < 0x20: escape(UInt16(scalar.value))
            case _ where scalar.value > 0x7E && options.contains(.asciiOnly): scalar.utf16.forEach { escape($0) }
            default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }

    /// Whether a byte of UTF-8 stands for itself.
    private func isPlain(_ byte: UInt8) -> Bool {
        guard byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { return false }
        return byte <= 0x7E || !options.contains(.asciiOnly)
    }

    private mutating func escape(_ unit: UInt16) {
        let digits = String(unit, radix: 16)
        bytes.append(contentsOf: "\\u".utf8)
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count))
        bytes.append(contentsOf: digits.utf8)
    }
}
