// SPDX-License-Identifier: GPL-3.0-or-later

/// A pattern that reads like the text it matches, such as `Cisco {model:SPA*}` or `digium_{model}_{version:underscores}`.
///
/// A pattern always describes the whole text. Placeholders:
///
/// | placeholder | matches |
/// | --- | --- |
/// | `{model}` | letters, digits and `_ - + .`; a letter or digit first, and a digit somewhere, as in every name of a model |
/// | `{model:SPA*}` | the same, beginning with `SPA`, which belongs to the model |
/// | `{version}` | letters, digits and `_ - + . ( )`, at least one |
/// | `{version:underscores}` | the same; underscores become dots in what is reported |
/// | `{mac}` | twelve hexadecimal digits, which are not reported |
/// | `{bytes:2}` | exactly that many arbitrary octets |
/// | `{any}` | anything, also nothing |
///
/// `\x00` stands for the octet with that hexadecimal number. Directly before `{any}`, a model or version takes all its
/// characters that follow.
///
/// Matching goes once from left to right: a placeholder ends where the literal text after it is first found, and there
/// is no going back. Its cost is at most the length of the text times the length of the longest literal.
public struct EvidencePattern: Sendable, Hashable {
    enum Element: Sendable, Hashable {
        case literal([UInt8])
        case model(prefix: [UInt8])
        case version(dotted: Bool)
        case mac
        case bytes(Int)
        case any
    }

    /// The text as it was written.
    public let text: String
    let elements: [Element]

    private init(text: String, elements: [Element]) {
        self.text = text
        self.elements = elements
    }

    /// What a placeholder found.
    struct Match: Hashable {
        var model: String?
        var version: String?
    }

    /// The longest pattern; an option holds 255 octets.
    private static let maximumLength = 255
}

extension EvidencePattern {
    /// Why a text is not a pattern.
    struct SyntaxError: Error { let message: String }

    /// Reads a pattern.
    init(_ text: String) throws(SyntaxError) {
        guard !text.isEmpty else { throw SyntaxError(message: "the pattern is empty") }
        guard text.utf8.count <= Self.maximumLength else {
            throw SyntaxError(message: "the pattern has more than \(Self.maximumLength) bytes")
        }
        self.text = text
        var elements: [Element] = []
        var rest = Array(text.utf8)[...]
        while let first = rest.first {
            if first == UInt8(ascii: "{") {
                guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
                    throw SyntaxError(message: "“{” has no “}” after it")
                }
                let name = String(decoding: rest[rest.index(after: rest.startIndex)..<end], as: UTF8.self)
                let element = try Self.placeholder(name)
                if let last = elements.last, last.isVariable, element.isVariable, element.leadingLiteral.isEmpty,
                    element != .any || last == .any
                {
                    throw SyntaxError(message: "two placeholders stand side by side, so that nothing tells where the first ends")
                }
                elements.append(element)
                rest = rest[rest.index(after: end)...]
            } else {
                let end = rest.firstIndex(of: UInt8(ascii: "{")) ?? rest.endIndex
                elements.append(.literal(try Self.literal(rest[..<end])))
                rest = rest[end...]
            }
        }
        guard elements.contains(where: { !$0.leadingLiteral.isEmpty }) else {
            throw SyntaxError(message: "the pattern has no fixed text, so that it would match everything")
        }
        self.elements = elements
    }

    /// Fixed text with the octets of `\x00` escapes.
    private static func literal(_ text: ArraySlice<UInt8>) throws(SyntaxError) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            let digits = rest.dropFirst().prefix(2)
            guard rest.first == UInt8(ascii: "x"), digits.count == 2, digits.allSatisfy(isHexadecimal),
                let octet = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { throw SyntaxError(message: "“\\” begins an octet such as \\x00 and nothing else") }
            result.append(octet)
            rest = rest.dropFirst(3)
        }
        return result
    }

    private static func placeholder(_ name: String) throws(SyntaxError) -> Element {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let argument = parts.count == 2 ? String(parts[1]) : nil
        switch (parts[0], argument) {
        case ("model", nil): return .model(prefix: [])
        case ("model", let argument?):
            guard argument.hasSuffix("*"), argument.utf8.dropLast().allSatisfy(isModelCharacter), argument.utf8.count > 1 else {
                throw SyntaxError(message: "“{\(name)}” is not understood: write {model:SPA*} for models that begin with SPA")
            }
            return .model(prefix: Array(argument.utf8.dropLast()))
        case ("version", nil): return .version(dotted: false)
        case ("version", "underscores"): return .version(dotted: true)
        case ("mac", nil): return .mac
        case ("any", nil): return .any
        case ("bytes", let argument?):
            guard let count = Int(argument), (1...32).contains(count) else {
                throw SyntaxError(message: "“{\(name)}” must say a number of octets from 1 to 32")
            }
            return .bytes(count)
        default:
            throw SyntaxError(
                message: "“{\(name)}” is no placeholder: there are {model}, {model:PREFIX*}, {version}, {version:underscores}, {mac}, {bytes:N}, {any}")
        }
    }
}

extension EvidencePattern {
    /// How many octets of fixed text the pattern has: the more, the more it says.
    public var specificity: Int { elements.reduce(0) { $0 + $1.leadingLiteral.count } }

    /// Matches the whole of `text`.
    func match(_ text: some Collection<UInt8>) -> Match? {
        var rest = Array(text)[...]
        var match = Match()
        for (index, element) in elements.enumerated() {
            let next = index + 1 < elements.count ? elements[index + 1].leadingLiteral : nil
            let run: ArraySlice<UInt8>
            switch element {
            case .literal(let literal):
                guard rest.starts(with: literal) else { return nil }
                rest = rest.dropFirst(literal.count)
                continue
            case .bytes(let count):
                guard rest.count >= count else { return nil }
                rest = rest.dropFirst(count)
                continue
            case .mac:
                guard rest.count >= 12, rest.prefix(12).allSatisfy(isHexadecimal) else { return nil }
                rest = rest.dropFirst(12)
                continue
            case .model, .version, .any:
                let follower = index + 1 < elements.count ? elements[index + 1] : nil
                if follower == .any {
                    run = rest.prefix { element.allows($0) }
                    rest = rest[run.endIndex...]
                    guard element.accepts(run) else { return nil }
                    match.note(element, run)
                    continue
                }
                guard let end = Self.end(of: element, in: rest, before: next, isLiteralLast: index + 2 == elements.count) else {
                    return nil
                }
                run = rest[..<end]
                rest = rest[end...]
            }
            guard element.accepts(run) else { return nil }
            match.note(element, run)
        }
        return rest.isEmpty ? match : nil
    }

    /// The pattern in lower case, for texts that say the same in either case.
    var lowercased: EvidencePattern {
        EvidencePattern(
            text: text,
            elements: elements.map { element in
                switch element {
                case .literal(let literal): .literal(literal.map(lowercase))
                case .model(let prefix): .model(prefix: prefix.map(lowercase))
                case .version, .mac, .bytes, .any: element
                }
            })
    }

    /// Matches the whole of a host name, which says the same in upper and lower case (RFC 4343) and which Kea passes on in
    /// lower case. A model is given in capitals, as the makers write them, if the pattern has capitals.
    ///
    /// - Parameter lower: This pattern in lower case, made once.
    func match(hostname: [UInt8], lower: EvidencePattern) -> Match? {
        if let match = match(hostname) { return match }
        guard var match = lower.match(hostname.map(lowercase)) else { return nil }
        if self != lower { match.model = match.model?.uppercased() }
        return match
    }

    /// Where a variable element ends: where the next fixed text begins, or at the end of the text.
    private static func end(
        of element: Element, in rest: ArraySlice<UInt8>, before next: [UInt8]?, isLiteralLast: Bool
    ) -> Int? {
        guard let next else { return rest.endIndex }
        // A fixed text that ends the pattern can only be at the end of what is matched.
        if isLiteralLast {
            let end = rest.endIndex - next.count
            if end >= rest.startIndex, rest[end...].elementsEqual(next) { return end }
        }
        let least = element == .any ? 0 : 1
        var start = rest.startIndex + least
        while start + next.count <= rest.endIndex {
            if rest[start...].starts(with: next) { return start }
            start += 1
        }
        return nil
    }
}

extension EvidencePattern.Match {
    fileprivate mutating func note(_ element: EvidencePattern.Element, _ run: ArraySlice<UInt8>) {
        switch element {
        case .model: model = String(decoding: run, as: UTF8.self)
        case .version(let dotted):
            let dot = UInt8(ascii: "."), underscore = UInt8(ascii: "_")
            version = String(decoding: dotted ? run.map { $0 == underscore ? dot : $0 } : Array(run), as: UTF8.self)
        case .literal, .mac, .bytes, .any: break
        }
    }
}

extension EvidencePattern.Element {
    /// Whether the element's length is not fixed.
    var isVariable: Bool {
        switch self {
        case .model, .version, .any: true
        case .literal, .mac, .bytes: false
        }
    }

    /// The fixed text that the element begins with.
    var leadingLiteral: [UInt8] {
        switch self {
        case .literal(let literal): literal
        case .model(let prefix): prefix
        case .version, .mac, .bytes, .any: []
        }
    }

    /// Whether `run` can be what the placeholder stands for.
    func accepts(_ run: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .model(let prefix): run.count > prefix.count && run.starts(with: prefix) && run.allSatisfy(allows) && isModelName(run)
        case .version: !run.isEmpty && run.allSatisfy(allows)
        case .literal, .mac, .bytes, .any: true
        }
    }

    /// Whether the placeholder can stand for a text with that character.
    fileprivate func allows(_ byte: UInt8) -> Bool {
        switch self {
        case .model: isModelCharacter(byte)
        case .version: isModelCharacter(byte) || byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")")
        case .literal, .mac, .bytes, .any: true
        }
    }
}

/// Without this `snom{model}` would take `snom-1` for the model “-1”, and `SIP-{model:T*}` the host name of a tester.
private func isModelName(_ run: ArraySlice<UInt8>) -> Bool {
    guard let first = run.first, isLetter(first) || isDigit(first) else { return false }
    return run.contains(where: isDigit)
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

private func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }

private func isModelCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
        true
    default: false
    }
}

private func lowercase(_ byte: UInt8) -> UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte }

private func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
    default: false
    }
}
