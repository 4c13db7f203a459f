// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads the text of a pattern into its elements.
struct PatternParser {
    private let bytes: [UInt8]
    private var position = 0
    private var literal: [UInt8] = []
    private(set) var elements: [Pattern.Element] = []
    private(set) var names: [String] = []

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func parse() throws(PatternError) {
        guard !bytes.isEmpty else {
            throw PatternError(offset: 0, reason: "the pattern is empty", remedy: "write the text that it shall match")
        }
        guard bytes.count <= Pattern.maximumLength else {
            throw PatternError(
                offset: Pattern.maximumLength, reason: "the pattern has \(bytes.count) bytes",
                remedy: "use at most \(Pattern.maximumLength)")
        }
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "{") where next == byte, UInt8(ascii: "}") where next == byte:
                literal.append(byte)
                position += 2
            case UInt8(ascii: "{"): try placeholder()
            case UInt8(ascii: "}"):
                throw PatternError(offset: position, reason: "a “}” without “{”", remedy: "write “}}” for a brace of the text")
            case 0x20:
                finishLiteral()
                if elements.last != .spaces { elements.append(.spaces) }
                position += 1
            case 0..<0x20, 0x7F:
                throw PatternError(offset: position, reason: "a control character", remedy: "remove it: no text with one is ever matched")
            default:
                literal.append(byte)
                position += 1
            }
        }
        finishLiteral()
    }

    private var next: UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }

    private mutating func finishLiteral() {
        guard !literal.isEmpty else { return }
        elements.append(.literal(literal))
        literal = []
    }

    private mutating func placeholder() throws(PatternError) {
        let start = position
        guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "}")) else {
            throw PatternError(offset: start, reason: "a “{” without “}”", remedy: "close the placeholder, or write “{{” for a brace of the text")
        }
        let inner = String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
        let parts = inner.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let kind = Placeholder(rawValue: parts[parts.count - 1]) else {
            let known = Placeholder.allCases.map { "{\($0.rawValue)}" }.joined(separator: " ")
            throw PatternError(
                offset: start, reason: "“{\(inner)}” is no placeholder",
                remedy: "use one of \(known), or {\(Self.nameExample(inner))=word} to capture under a name of your own")
        }
        var name = parts.count == 2 ? parts[0] : kind.captureName
        if parts.count == 1, kind.mayRepeat, names.contains(name) { name += String(names.count + 1) }
        guard Self.isName(name) else {
            throw PatternError(offset: start, reason: "“\(name)” cannot name a capture", remedy: "use lower-case letters, digits and “_”")
        }
        guard !names.contains(name) else {
            throw PatternError(offset: start, reason: "“\(name)” is captured twice", remedy: "give one of them a name of its own: {other=\(kind.rawValue)}")
        }
        guard names.count < Pattern.maximumPlaceholders else {
            throw PatternError(
                offset: start, reason: "more than \(Pattern.maximumPlaceholders) placeholders", remedy: "let {any} stand for the rest of the text")
        }
        finishLiteral()
        if case .placeholder(let previous)? = elements.last, !previous.hasFixedLength, !kind.hasFixedLength {
            throw PatternError(
                offset: start, reason: "“{\(inner)}” follows another placeholder, so nothing tells where that one ends",
                remedy: "put the text that separates them between the two")
        }
        elements.append(.placeholder(kind))
        names.append(name)
        position = end + 1
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 32
            && text.utf8.allSatisfy { isASCIIDigit($0) || $0 == UInt8(ascii: "_") || $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") }
    }

    private static func nameExample(_ inner: String) -> String { isName(inner) ? inner : "name" }
}
