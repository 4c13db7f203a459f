// SPDX-License-Identifier: GPL-3.0-or-later

/// The start line and the header fields of a message, split into lines and unfolded.
///
/// Lines end with CRLF; a bare LF is taken too, as hand-made messages have it. A line that
/// begins with white space continues the one before (RFC 3261 section 7.3.1).
struct SIPHeaderSection {
    let startLine: ArraySlice<UInt8>
    let headers: SIPHeaders

    /// Where the body begins.
    let end: Int

    /// The first line that is not a header field, if there is one.
    let fault: SIPParseError?

    /// Finds where the header section of `bytes` ends: the index after its empty line.
    static func end(of bytes: ArraySlice<UInt8>) -> Int? {
        var index = bytes.startIndex
        while let lineFeed = bytes[index...].firstIndex(of: 0x0A) {
            let next = lineFeed + 1
            let rest = bytes[next...]
            if rest.first == 0x0A { return next + 1 }
            if rest.starts(with: [0x0D, 0x0A]) { return next + 2 }
            index = next
        }
        return nil
    }

    /// Splits a header section that starts with its start line. A missing empty line at the
    /// end of a datagram is overlooked: nothing but the body could follow it.
    init(_ bytes: ArraySlice<UInt8>, limits: SIPLimits) throws(SIPParseError) {
        let end = Self.end(of: bytes) ?? bytes.endIndex
        guard end - bytes.startIndex <= limits.headerSectionBytes else {
            throw SIPParseError(.headersTooLarge, "Header Section Too Large")
        }
        var lines = Lines(bytes[..<end])
        startLine = lines.next() ?? []
        self.end = end
        var fields: [SIPHeader] = []
        var fault: SIPParseError?
        var lineCount = 0
        while let line = lines.next(), !line.isEmpty {
            lineCount += 1
            guard lineCount <= limits.headerLineCount else {
                throw SIPParseError(.headersTooLarge, "Too Many Header Lines", headers: SIPHeaders(fields))
            }
            // A carriage return that ends no line could pass for one elsewhere.
            guard !line.contains(0x0D) else {
                fault = fault ?? SIPParseError(.headerLine, "Malformed Header Field")
                continue
            }
            if let first = line.first, SIPGrammar.isSpace(first) {
                guard let last = fields.popLast() else {
                    throw SIPParseError(.headerLine, "Header Section Begins With White Space")
                }
                let more = trimmed(line)
                fields.append(SIPHeader(last.name, bytes: last.bytes.isEmpty ? Array(more) : last.bytes + [0x20] + more))
                continue
            }
            var scanner = ByteScanner(line)
            guard let name = scanner.takeToken(), scanner.takeSeparator(UInt8(ascii: ":")) else {
                fault = fault ?? SIPParseError(.headerLine, "Malformed Header Field")
                continue
            }
            fields.append(SIPHeader(name, bytes: Array(trimmed(scanner.rest))))
        }
        headers = SIPHeaders(fields)
        self.fault = fault
    }

    /// The lines of a header section without their ends.
    private struct Lines {
        private var rest: ArraySlice<UInt8>

        init(_ bytes: ArraySlice<UInt8>) {
            rest = bytes
        }

        mutating func next() -> ArraySlice<UInt8>? {
            guard !rest.isEmpty else { return nil }
            let lineFeed = rest.firstIndex(of: 0x0A) ?? rest.endIndex
            var line = rest[..<lineFeed]
            rest = lineFeed < rest.endIndex ? rest[(lineFeed + 1)...] : []
            if line.last == 0x0D { line.removeLast() }
            return line
        }
    }
}

private func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes.drop(while: SIPGrammar.isSpace)
    while let last = bytes.last, SIPGrammar.isSpace(last) { bytes.removeLast() }
    return bytes
}
