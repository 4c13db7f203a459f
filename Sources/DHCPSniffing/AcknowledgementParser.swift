// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads provd's answers on the sightings socket: lines of `ok <n>`, where n is how many lines provd has accepted since
/// the connection began.
struct AcknowledgementParser {
    /// Why an answer makes no sense.
    enum Failure: Error, Hashable {
        case lineTooLong
        case notUnderstood(String)
    }

    /// Octets of the longest line: `ok`, a blank, and the digits of the largest number, with some to spare.
    static let maximumLineLength = 64

    private var line: [UInt8] = []

    /// Takes bytes as they come.
    ///
    /// - Returns: The last number of the complete lines, or `nil` if no line was completed.
    mutating func take(_ bytes: some Sequence<UInt8>) throws(Failure) -> Int? {
        var last: Int?
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                last = try number()
                line.removeAll(keepingCapacity: true)
            } else {
                guard line.count < Self.maximumLineLength else { throw .lineTooLong }
                line.append(byte)
            }
        }
        return last
    }

    private func number() throws(Failure) -> Int {
        let text = String(decoding: line, as: UTF8.self)
        let words = text.split(separator: " ")
        guard words.count == 2, words[0] == "ok", let number = Int(words[1]), number >= 0 else {
            throw .notUnderstood(text)
        }
        return number
    }
}
