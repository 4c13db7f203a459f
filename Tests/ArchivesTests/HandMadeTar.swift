// SPDX-License-Identifier: GPL-3.0-or-later

/// Writes tar archives octet by octet, with what no tool would put into one.
struct HandMadeTar {
    private(set) var bytes: [UInt8] = []

    /// Adds an entry (POSIX.1-1988, ustar).
    ///
    /// - Parameter type: `0` file, `1` hard link, `2` symbolic link, `3` and `4` devices, `5` directory, `6` pipe.
    mutating func add(_ name: String, type: Character = "0", link: String = "", _ content: [UInt8] = []) {
        var head = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) { head.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8) }
        func octal(_ number: Int, _ width: Int) -> String {
            let digits = String(number, radix: 8)
            return String(repeating: "0", count: width - digits.count) + digits
        }
        put(name, at: 0)
        put("0000644", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(octal(content.count, 11), at: 124)
        put("00000000000", at: 136)
        put("        ", at: 148)
        put(String(type), at: 156)
        put(link, at: 157)
        put("ustar", at: 257)
        put("00", at: 263)
        put("0000001", at: 329)
        put("0000001", at: 337)
        put(octal(head.reduce(0) { $0 + Int($1) }, 6) + "\0 ", at: 148)
        bytes += head + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// The archive with its end.
    var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1_024) }
}
