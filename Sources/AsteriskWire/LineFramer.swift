// SPDX-License-Identifier: GPL-3.0-or-later

/// Cuts a stream of bytes into lines. Both of Asterisk's protocols are made of lines; AGI ends them with LF, AMI with CR LF.
struct LineFramer: Sendable {
    private let limit: Int
    private var buffer: [UInt8] = []
    /// Where the first byte is that belongs to no line yet.
    private var start = 0
    /// Up to where there is no line end.
    private var searched = 0

    /// Makes a framer.
    ///
    /// - Parameter limit: The most bytes of a line.
    init(limit: Int) { self.limit = limit }

    /// How many bytes wait for the end of their line.
    var waiting: Int { buffer.count - start }

    mutating func append(_ bytes: some Sequence<UInt8>) {
        if start > 0 {
            buffer.removeFirst(start)
            searched -= start
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next line without its end, or `nil` if more bytes are needed.
    mutating func next() throws(AsteriskWireError) -> String? {
        guard let end = buffer[searched...].firstIndex(of: 0x0A) else {
            searched = buffer.count
            guard waiting <= limit else { throw .lineTooLong(limit: limit) }
            return nil
        }
        guard end - start <= limit else { throw .lineTooLong(limit: limit) }
        var line = buffer[start..<end]
        if line.last == 0x0D { line = line.dropLast() }
        start = end + 1
        searched = start
        // Names of callers come in whatever their trunks speak: what is no UTF-8 is replaced, and nothing depends on it.
        return String(decoding: line, as: UTF8.self)
    }
}
