// SPDX-License-Identifier: GPL-3.0-or-later

extension FileRule {
    /// Rendered UTF-8 in the encoding of the file.
    ///
    /// Characters that ISO 8859-1 lacks become numeric references in XML and HTML (XML 1.0, 4.1) and `?` in other formats.
    func encoded(_ utf8: [UInt8]) -> [UInt8] {
        guard charset == .latin1, utf8.contains(where: { $0 >= 0x80 }) else { return utf8 }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count)
        for scalar in String(decoding: utf8, as: UTF8.self).unicodeScalars {
            if let byte = UInt8(exactly: scalar.value) {
                bytes.append(byte)
            } else if format == .xml || format == .html {
                bytes.append(contentsOf: "&#\(scalar.value);".utf8)
            } else {
                bytes.append(UInt8(ascii: "?"))
            }
        }
        return bytes
    }
}
